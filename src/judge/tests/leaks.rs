//! What leaks, in many tongues, and what only looks like it.

use super::*;

const USUAL: [(&str, &str); 3] = [
    ("content-type", "application/json"),
    ("date", "Tue, 16 Jan 2024 10:30:00 GMT"),
    ("x-request-id", "req_1"),
];

/// An error with this message, after this body was sent.
fn told(message: &str, sent: &str) -> Exchange {
    let body = serde_json::json!({ "success": false,
        "error": { "code": "INTERNAL_ERROR", "message": message, "request_id": "req_1" } });
    let mut exchange = exchange("POST /leads?source=web", 500, &USUAL, body.to_string());
    exchange.request.body = Bytes::copy_from_slice(sent.as_bytes());
    exchange
}

fn judged(exchange: &Exchange) -> Vec<&'static str> {
    names(&judge(exchange, Some(&contract("propertybase-v1")), &Seen::default()))
}

const STACK_TRACES: &[&str] = &[
    "Traceback (most recent call last):\n  File \"/srv/app.py\", line 3, in create",
    "java.lang.IllegalStateException: no\n\tat com.example.Leads.create(Leads.java:42)",
    "at java.base/java.lang.Thread.run(Thread.java:833)",
    "at sun.reflect.GeneratedMethodAccessor1.invoke(Unknown Source)",
    "TypeError: x\n    at Object.<anonymous> (/app/leads.js:1:2)",
    "at async createLead (file:///app/dist/leads.mjs:10:5)",
    "at node:internal/process/task_queues:95:5",
    "at C:\\app\\leads.ts:10:5",
    "goroutine 17 [running]:\nmain.create(0x0)",
    "/app/main.go:17 +0x1d",
    "thread 'main' panicked at src/main.rs:2:5",
    "thread 'tokio-runtime-worker' (17) panicked at src/leads.rs:2:5",
    "   at Leads.Api.Create(Lead lead) in C:\\src\\Api.cs:line 42",
    "PHP Fatal error: x in /var/www/leads.php on line 17",
    "Stack trace:\n#0 /var/www/index.php(12): create()",
    "app/models/lead.rb:12:in `create'",
    "app/models/lead.rb:12:in 'Lead#create'",
    "(leads 0.1.0) lib/leads/web.ex:12: Leads.create/1",
];

const SQL: &[&str] = &[
    "SELECT id, email FROM leads WHERE id = 1",
    "select \"leads\".* from \"leads\" limit 1",
    "select id from leads where id = $1",
    "insert into \"leads\" (\"name\") values ($1)",
    "UPDATE leads SET email = 'x'",
    "delete from leads where id = 7",
    "SQLSTATE[23000]: Integrity constraint violation",
    "ORA-00942: table or view does not exist",
    "You have an error in your SQL syntax; check the manual",
    "ERROR: syntax error at or near \"'\"",
    "duplicate key value violates unique constraint \"leads_email_key\"",
    "org.postgresql.util.PSQLException: ERROR: relation \"leads\" does not exist",
    "Duplicate entry 'ada@example.com' for key 'leads.email'",
    "Unknown column 'emial' in 'field list'",
    "UNIQUE constraint failed: leads.email",
    "SqliteError: no such table: leads",
    "E11000 duplicate key error collection: leads",
    "ER_DUP_ENTRY: x",
    "psycopg2.errors.UniqueViolation",
    "Violation of UNIQUE KEY constraint 'UQ_leads'",
    "Invalid `prisma.lead.create()` invocation",
];

const EXCEPTIONS: &[&str] = &[
    "java.lang.NullPointerException",
    "org.springframework.web.HttpMessageNotReadableException: bad",
    "System.NullReferenceException: lead",
    "Object reference not set to an instance of an object.",
    "Cannot read properties of undefined (reading 'email')",
    "TypeError: lead.save is not a function",
    "KeyError: 'email'",
    "'NoneType' object has no attribute 'email'",
    "undefined method `email' for nil",
    "runtime error: invalid memory address or nil pointer dereference",
    "runtime error: index out of range [3] with length 3",
    "called `Option::unwrap()` on a `None` value",
    "ActiveRecord::RecordNotFound",
    "Undefined array key \"email\"",
    "SyntaxError: Unexpected token } in JSON at position 3",
];

const PATHS: &[&str] = &[
    "cannot open /var/www/html/config.php",
    "ENOENT: no such file or directory, open '/app/config/leads.key'",
    "failed to read /etc/nginx/nginx.conf",
    "C:\\inetpub\\wwwroot\\leads\\web.config was not found",
    "/home/deploy/leads/current/config.rb",
    "/usr/local/lib/leads",
    "Cannot find module at node_modules/express/lib/router",
    "see file:///srv/leads/index.html",
];

const HOSTS: &[&str] = &[
    "connect ECONNREFUSED 10.1.2.3:5432",
    "getaddrinfo ENOTFOUND leads-db",
    "dial tcp 172.16.4.5:6379: connect: connection refused",
    "upstream 192.168.17.4 timed out",
    "no answer from leads.default.svc.cluster.local",
    "no answer from http://leads.internal/v1",
    "no answer from db-1.prod.internal",
    "no answer from ip-10-0-0-1.ec2.internal",
    "no answer from cache.local:6379",
];

const SECRETS: &[&str] = &[
    "bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3In0.dozjgNryP4J3jVmNHl0w5N",
    "denied for AKIAQ3EGTXAMPLE7KEY2",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "mysql://root:hunter2@db/leads",
    "amqp://leads:s3cr3t@rabbit:5672",
    "Server=db;Database=leads;User Id=sa;Password=Tr0ub4dor;",
];

#[test]
fn leaks_are_found_one_a_place() {
    for (texts, rule) in [
        (STACK_TRACES, "stack-trace"),
        (SQL, "sql-text"),
        (EXCEPTIONS, "exception-name"),
        (PATHS, "server-path"),
        (HOSTS, "internal-host"),
        (SECRETS, "secret-exposed"),
    ] {
        for text in texts {
            assert_eq!(judged(&told(text, "")), [rule], "{text}");
        }
    }
}

#[test]
fn what_the_client_sent_may_come_back() {
    for text in [STACK_TRACES, SQL, EXCEPTIONS, PATHS, HOSTS, SECRETS].concat() {
        let sent = serde_json::json!({ "name": "Ada", "notes": [{ "text": text }] }).to_string();
        for echo in [text.to_owned(), format!("`{text}` is not allowed"), text.to_uppercase()] {
            assert_eq!(judged(&told(&echo, &sent)), [""; 0], "{echo}");
        }
        assert_eq!(judged(&told(&format!("cannot read `{text}`"), text)), [""; 0], "raw: {text}");
        let mut in_query = told(text, "");
        let query = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        in_query.request.url = format!("http://127.0.0.1/v1/leads?q={query}");
        assert_eq!(judged(&in_query), [""; 0], "query: {text}");
    }
}

#[test]
fn an_echo_does_not_hide_what_stands_around_it() {
    let sent = r#"{"email": "ada@example.com", "name": "leads"}"#;
    let statement = "SELECT * FROM leads WHERE email = 'ada@example.com'";
    assert_eq!(judged(&told(statement, sent)), ["sql-text"]);
    let twice = "'select id from x' failed: insert into leads (email) values ('ada@example.com')";
    assert_eq!(judged(&told(twice, r#"{"name": "select id from x"}"#)), ["sql-text"]);
}

#[test]
fn prose_is_no_leak() {
    for text in [
        "Select a plan from the list where it fits, or update your profile and set a name",
        "Delete from the list what you do not need",
        "Please select name, email from the form",
        "The table does not exist in this workspace",
        "The relation to this lead does not exist",
        "Email violates the unique rule",
        "Duplicate key: email",
        "/v1/leads is not here, did you mean /v2/leads?",
        "GET /home/17/leads is not supported",
        "See https://docs.example.com/var/www/errors.php and https://example.com/home/x.js",
        "See https://example.com/opt/in.html",
        "Must match ^[A-Z]:\\d+$ or \\w:\\\\",
        "Use a/b/c or C: as the prefix",
        "version 10.0.1.2 is too old, use v10.0.1.3 or leads-client/10.1.2.3",
        "Use Chrome 1.10.0.1.2",
        "must be in 10.0.0.0/8",
        "Your IP 192.168.1.7 is blocked",
        "the code is error.internal or validation.local",
        "Write to ada@leads.internal.example.com or ada@db1.local",
        "10.5 bedrooms, 172.50 per month",
        "An exception was made; the error: none",
        "Error: email is required",
        "Meet at Leads.create (see the manual:12)",
        "at 10:30:15, line 12 of the CSV file",
        "Row 3, line 12: email is missing",
        "authorization: Bearer eyJ...",
        "postgres://user:password@host/db or redis://:***@host or https://u:<password>@h",
        "Set password=your-password",
        "https://example.com:8080/a@b",
        "key AKIAIOSFODNN7EXAMPLE",
        "Lead nicht gefunden: „Größe“ ist ungültig",
        "リードが見つかりません",
        "Caused by: a missing email",
        "Results: 10:30:15",
        "The goroutine of life",
    ] {
        assert_eq!(judged(&told(text, "")), [""; 0], "{text}");
    }
}

#[test]
fn other_members_and_header_fields_are_looked_at_and_successes_are_not() {
    let trace = "Traceback (most recent call last)";
    let body = |pointer: &str| {
        let mut body = serde_json::json!({ "success": false, "stack": [], "at": "10:30",
            "error": { "code": "INTERNAL_ERROR", "message": "x", "request_id": "req_1" } });
        if let Some(place) = body.pointer_mut(pointer) {
            *place = serde_json::json!([{ "a/b": trace }]);
        }
        body.to_string()
    };
    let judge = |status, headers: &[(&str, &str)], body: &str| {
        let exchange = exchange("GET /leads", status, &[&USUAL, headers].concat(), body);
        let judged = judge(&exchange, Some(&contract("propertybase-v1")), &Seen::default());
        judged.observations.into_iter().map(|one| (one.rule.name, one.pointer)).collect::<Vec<_>>()
    };
    let nowhere = || String::new();
    assert_eq!(judge(500, &[], &body("/stack")), [("stack-trace", "/stack/0/a~1b".to_owned())]);
    assert_eq!(judge(500, &[("x-debug", trace)], &body("-")), [("stack-trace", nowhere())]);
    assert_eq!(judge(500, &[("x-backend", "10.0.0.7:80")], &body("-")), [("internal-host", nowhere())]);
    for legal in [
        ("set-cookie", "s=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3In0.dozjgNryP4J3jVmNHl0w5N"),
        ("location", "http://10.0.0.1/"),
    ] {
        let leaks =
            judge(500, &[legal], &body("-")).into_iter().filter(|(name, _)| *name != "location-on-error");
        assert_eq!(leaks.count(), 0, "{legal:?}");
    }
    let success = serde_json::json!({ "success": true, "data": trace }).to_string();
    assert_eq!(judge(200, &[("x-debug", trace)], &success), []);
}

#[test]
fn credentials_are_not_echoed() {
    let with = |line: &str, message: &str, sent: &str| {
        let mut exchange = told(message, sent);
        let (name, value) = line.split_once(": ").expect("a header line");
        exchange.request.headers.push(Header::new(name, value));
        judged(&exchange)
    };
    assert_eq!(with("Authorization: Bearer tg_test_12", "no key tg_test_12 here", ""), ["credential-echoed"]);
    assert_eq!(with("X-Api-Key: abcdefg1", "'abcdefg1'", ""), ["credential-echoed"]);
    assert_eq!(with("authorization: Basic YWRhOmh1bnRlcjIx", "wrong: hunter21", ""), ["credential-echoed"]);
    for (line, message, sent) in [
        ("authorization: Bearer tg_test_12", "no key tg_te****12 here", ""),
        ("authorization: Bearer tg_test_12", "no key tg_test_12", r#"{"key": "tg_test_12"}"#),
        ("authorization: Bearer password", "wrong password", ""),
        ("authorization: Bearer a1", "a1", ""),
        ("user-agent: tollgate/1.0 (tests)", "tollgate/1.0 (tests) is unknown", ""),
    ] {
        assert_eq!(with(line, message, sent), [""; 0], "{line} {message}");
    }
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3In0.dozjgNryP4J3jVmNHl0w5N";
    assert_eq!(
        with(&format!("authorization: Bearer {token}"), token, ""),
        ["credential-echoed"],
        "not a second time"
    );
}

#[test]
fn findings_about_secrets_do_not_show_them() {
    for text in SECRETS {
        let judged = judge(&told(text, ""), Some(&contract("propertybase-v1")), &Seen::default());
        assert!(judged.observations.iter().all(|one| one.actual.is_empty() && one.expected.is_empty()));
    }
}

#[test]
fn the_host_that_was_asked_is_no_secret() {
    let mut exchange = told("no route at http://10.1.2.3:8080/v1/leeds on api-1.prod.internal:8080", "");
    exchange.request.url = "http://10.1.2.3:8080/v1/leads?host=api-1.prod.internal:8080".to_owned();
    assert_eq!(judged(&exchange), [""; 0]);
}

#[test]
fn pages_of_frameworks_are_one_finding() {
    for (media_type, page) in [
        ("text/html", "<html><body><hr><center>nginx</center></body></html>"),
        (
            "text/html",
            "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><pre>Cannot POST /v1/leads</pre></body></html>",
        ),
        (
            "text/html",
            "<h1>Whitelabel Error Page</h1><p>This application has no explicit mapping for /error</p>",
        ),
        ("text/html", "<title>Action Controller: Exception caught</title>"),
        ("text/plain", "404 page not found\n"),
        ("text/plain", "upstream connect error or disconnect/reset before headers. reset reason: overflow"),
        ("application/json", "Internal Server Error"),
    ] {
        let headers = [("content-type", media_type), USUAL[1], USUAL[2]];
        let exchange = exchange("POST /leads", 502, &headers, page);
        assert_eq!(judged(&exchange), ["framework-page"], "{page}");
        let mut turned = contract("propertybase-v1");
        turned.contract.rules.insert("framework-page".to_owned(), None);
        let found = names(&judge(&exchange, Some(&turned), &Seen::default()));
        assert!(
            !found.is_empty() && !found.contains(&"framework-page"),
            "turned off it explains nothing: {found:?}"
        );
        let without = names(&judge(&exchange, None, &Seen::default()));
        assert!(!without.contains(&"framework-page"), "whose API is it?");
    }
    let debug =
        "<html><title>x</title><p>Django Version: 5.0</p><pre>Traceback (most recent call last)</pre></html>";
    let headers = [("content-type", "text/html"), USUAL[1], USUAL[2]];
    assert_eq!(judged(&exchange("GET /leads", 500, &headers, debug)), ["framework-page", "stack-trace"]);
    let unknown = "<html><h1>Oh no</h1></html>";
    assert_eq!(judged(&exchange("GET /leads", 500, &headers, unknown)), ["body-not-json", "media-type"]);
}

//! Errors that tell strangers what is inside.

use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::edit::{Message, add_header, inner, put, reword};
use super::{Defect, How};
use crate::reference::problem::Kind;
use crate::reference::reply::Reply;

const RAW: &str = "best practices: no raw error messages to users";
const INSIDE: &str = "CWE-209: error messages with sensitive information";
const SECRET: &str = "RFC 6750 section 5.2: bearer tokens are kept from logs and pages";

const ERRORS: Defect = Defect { breaks: INSIDE, ..Defect::of("leaks") };

/// Replaces the message in one situation.
fn say(reply: &mut Reply, kinds: &[Kind], message: &str) {
    if reply.kind.is_some_and(|kind| kinds.contains(&kind)) {
        put(reply, Message, message);
    }
}

/// Adds a member beside code and message.
fn add(reply: &mut Reply, key: &str, value: impl Into<Value>) {
    if let Some(object) = inner(reply) {
        object.insert(key.to_owned(), value.into());
    }
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "leak-java-trace",
        description: "the message of a fault inside is a Java stack trace",
        breaks: RAW,
        expected: &["LEA001"],
        how: How::Reply(|reply, _| {
            let trace = "java.lang.NullPointerException: lead\n\tat com.example.leads.LeadController.list\
                         (LeadController.java:87)\n\tat java.base/java.lang.Thread.run(Thread.java:840)";
            say(reply, &[Kind::Internal], trace);
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-python-trace",
        description: "the message of a fault inside is a Python traceback",
        breaks: RAW,
        expected: &["LEA001"],
        how: How::Reply(|reply, _| {
            let trace = "Traceback (most recent call last):\n  File \"/srv/app/leads/views.py\", line 41, in create\n    \
                         lead = Lead(**data)\nTypeError: missing argument";
            say(reply, &[Kind::Internal], trace);
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-node-stack",
        description: "a member `stack` holds a stack trace of Node.js",
        expected: &["LEA001"],
        how: How::Reply(|reply, _| {
            add(
                reply,
                "stack",
                "Error: refused\n    at LeadService.find (/app/dist/leads/lead.service.js:52:13)\n    \
                 at processTicksAndRejections (node:internal/process/task_queues:95:5)",
            );
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-rust-panic",
        description: "the message of a fault inside is that of a panic",
        breaks: RAW,
        expected: &["LEA001"],
        how: How::Reply(|reply, _| {
            let panic = "thread 'tokio-runtime-worker' panicked at src/leads.rs:114:22: index out of bounds";
            say(reply, &[Kind::Internal], panic);
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-sql",
        description: "the message of an email that exists is that of PostgreSQL",
        breaks: RAW,
        expected: &["LEA002"],
        how: How::Reply(|reply, _| {
            let error = "duplicate key value violates unique constraint \"leads_workspace_id_email_key\"";
            say(reply, &[Kind::DuplicateEmail], error);
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-sql-statement",
        description: "the message of a fault inside quotes a SELECT",
        breaks: RAW,
        expected: &["LEA002"],
        how: How::Reply(|reply, _| {
            let query = "SELECT id, email FROM leads WHERE workspace_id = $1 ORDER BY id LIMIT 20: timeout";
            say(reply, &[Kind::Internal], query);
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-mongo",
        description: "the message of an email that exists is that of MongoDB",
        breaks: RAW,
        expected: &["LEA002"],
        how: How::Reply(|reply, _| {
            let error =
                "E11000 duplicate key error collection: crm.leads index: email_1 dup key: { email: 1 }";
            say(reply, &[Kind::DuplicateEmail], error);
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-file-path",
        description: "the message of a fault inside names a file of the server",
        breaks: RAW,
        expected: &["LEA004"],
        how: How::Reply(|reply, _| {
            say(reply, &[Kind::Internal], "cannot open /var/www/crm/releases/42/config/database.yml");
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-windows-path",
        description: "the message of a body that cannot be read names a file of the server",
        breaks: RAW,
        expected: &["LEA004"],
        how: How::Reply(|reply, _| {
            say(
                reply,
                &[Kind::Malformed],
                r"Parse error in C:\inetpub\crm\Controllers\LeadController.cs:line 31",
            );
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-internal-host",
        description: "the message of a service that is away names a private address",
        breaks: RAW,
        expected: &["LEA006"],
        how: How::Reply(|reply, _| {
            say(reply, &[Kind::Unavailable], "connect ECONNREFUSED 10.0.3.17:5432");
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-cluster-name",
        description: "the message of a request that took too long names a host of the cluster",
        breaks: RAW,
        expected: &["LEA006"],
        how: How::Reply(|reply, _| {
            say(reply, &[Kind::Timeout], "no answer from leads-db.prod.svc.cluster.local:5432");
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-key-in-message",
        description: "the message of a key that is no good repeats it",
        breaks: SECRET,
        expected: &["LEA007"],
        how: How::Reply(|reply, request| {
            let sent = request.headers.get(AUTHORIZATION).and_then(|line| line.to_str().ok());
            if let Some(sent) = sent.filter(|_| reply.status == 401) {
                reword(reply, Message, |text| format!("{text}: {sent}"));
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-key-in-member",
        description: "a member `request` repeats the header lines of the request",
        breaks: SECRET,
        expected: &["LEA007"],
        how: How::Reply(|reply, request| {
            let lines = request.headers.iter();
            let lines =
                lines.filter_map(|(name, value)| Some((name.to_string(), json!(value.to_str().ok()?))));
            add(reply, "request", lines.collect::<serde_json::Map<_, _>>());
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-debug-member",
        description: "a member `debug` holds the settings of the server",
        expected: &["LEA008"],
        how: How::Reply(|reply, _| {
            let settings = json!({ "DATABASE_URL": "postgres://crm:hunter2@10.0.3.17/crm", "DEBUG": true });
            add(reply, "debug", settings);
        }),
        ..ERRORS
    },
    Defect {
        id: "leak-framework",
        description: "a header names the framework",
        breaks: "RFC 9110 section 10.2.4: no needless detail of the software",
        expected: &["LEA009"],
        how: How::Reply(|reply, _| add_header(&mut reply.headers, "X-Powered-By", "Express")),
        ..ERRORS
    },
    Defect {
        id: "leak-server-version",
        description: "a header names the server with its version and system",
        breaks: "RFC 9110 section 10.2.4: no needless detail of the software",
        expected: &["LEA009"],
        how: How::Reply(|reply, _| {
            add_header(&mut reply.headers, "Server", "Apache/2.4.41 (Ubuntu) PHP/7.4.3");
        }),
        ..ERRORS
    },
];

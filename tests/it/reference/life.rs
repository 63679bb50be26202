//! Starting, stopping, and what is refused at the start.

use std::time::Duration;

use tokio::task::JoinSet;
use tollgate::reference::{self, Options};

use super::bench::{Answer, Bench, client};

#[tokio::test]
async fn starts_again_on_the_same_port() {
    let first = reference::start(Options::default()).await.unwrap();
    let address = first.origin().strip_prefix("http://").unwrap().parse().unwrap();
    let taken = reference::start(Options { address, ..Options::default() }).await.unwrap_err();
    assert!(taken.to_string().contains("is in use: stop what listens there"), "{taken}");
    let keys = first.keys().to_vec();
    for _ in 0..3 {
        let bench = Bench::start(Options::default()).await;
        assert_eq!(bench.server.keys(), keys, "the same seed gives the same keys");
        bench.server.stop().await;
    }
    let mut server = first;
    for _ in 0..5 {
        let client = client();
        let url = format!("{}/v1/health", server.origin());
        assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
        server.stop().await;
        server = reference::start(Options { address, ..Options::default() }).await.unwrap();
    }
    server.stop().await;
}

#[tokio::test]
async fn limits_of_nothing_are_refused() {
    for options in [
        Options { limit: 0, ..Options::default() },
        Options { daily: Some(0), ..Options::default() },
        Options { window: Duration::ZERO, ..Options::default() },
    ] {
        let error = reference::start(options).await.unwrap_err().to_string();
        assert!(error.contains("choose at least 1"), "{error}");
    }
}

#[tokio::test]
async fn answers_under_way_are_not_cut_by_a_stop() {
    let bench = Bench::start(Options { latency: Duration::from_millis(500), ..Options::default() }).await;
    let url = format!("{}/v1/health", bench.server.origin());
    let mut requests = JoinSet::new();
    for _ in 0..40 {
        let request = bench.client.get(&url);
        requests.spawn(async move { Answer::read(request.send().await.unwrap()).await });
    }
    // All were sent by the time the first answer, held back for 500 ms, is here.
    let first = requests.join_next().await.unwrap().unwrap();
    assert_eq!(first.status, 200);
    bench.server.stop().await;
    for answer in requests.join_all().await {
        assert!(matches!(answer.status, 200 | 503));
        assert_eq!(answer.json()["success"], answer.status == 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_ends_and_frees_the_port() {
    let mut address = Options::default().address;
    for _ in 0..3 {
        let bench = Bench::start(Options { address, ..Options::default() }).await;
        let url = format!("{}/v1/health", bench.server.origin());
        address = bench.server.origin().strip_prefix("http://").unwrap().parse().unwrap();
        let (started, mut running) = tokio::sync::mpsc::channel(1);
        let mut clients = JoinSet::new();
        for _ in 0..8 {
            let (client, url, started) = (bench.client.clone(), url.clone(), started.clone());
            // Each goes on until nobody answers any more.
            clients.spawn(async move {
                while let Ok(response) = client.get(&url).send().await {
                    assert!(matches!(response.status().as_u16(), 200 | 503));
                    let _ = started.try_send(());
                }
            });
        }
        running.recv().await.unwrap();
        bench.server.stop().await;
        clients.join_all().await;
    }
}

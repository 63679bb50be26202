//! Every defect of the reference server: well described, really there, and nowhere else.

mod player;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tollgate::reference::{self, Apis, Defect};
use tollgate::{catalogue, reference::defects};

use player::{Player, client, plays};

/// Servers that run at the same time.
const AT_ONCE: usize = 6;

const FAMILIES: [&str; 18] = [
    "envelope",
    "json",
    "catalogue",
    "status",
    "request-id",
    "timestamp",
    "details",
    "leaks",
    "http",
    "retry-after",
    "dialect",
    "situation",
    "behaviour",
    "validation",
    "consistency",
    "flaky",
    "transport",
    "limits",
];

#[test]
fn ids_are_unique_and_every_part_is_told() {
    let mut ids = BTreeSet::new();
    for defect in defects() {
        let &&Defect { id, family, description, breaks, .. } = defect;
        assert!(ids.insert(id), "{id} is there twice");
        let words: Vec<&str> = id.split('-').collect();
        let word = |word: &&str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(words.iter().all(word), "{id} is not kebab-case");
        assert!(FAMILIES.contains(&family), "{id}: {family}");
        for text in [description, breaks] {
            assert!(!text.is_empty() && !text.ends_with('.') && text.trim() == text, "{id}: {text:?}");
        }
        assert_eq!(reference::find_defect(id).map(|found| found.id), Some(id));
    }
    assert!(ids.len() >= 110, "{} defects", ids.len());
    assert!(reference::find_defect("nonsense").is_none());
    let mut families: Vec<&str> = defects().iter().map(|defect| defect.family).collect();
    families.dedup();
    assert_eq!(families, FAMILIES, "each family is there, in one piece");
}

#[test]
fn expected_rules_exist() {
    let codes: BTreeSet<&str> = catalogue::rules().iter().map(|rule| rule.code).collect();
    let probed: BTreeSet<&str> = catalogue::explained().iter().map(|rule| rule.code).collect();
    for defect in defects() {
        for code in defect.expected {
            assert!(codes.contains(code), "{}: {code} is no rule", defect.id);
        }
        for code in defect.limits.iter().chain(defect.also) {
            assert!(probed.contains(code), "{}: {code} is no rule", defect.id);
        }
    }
}

#[test]
fn each_description_is_of_one_defect() {
    let mut told: BTreeMap<&str, &str> = BTreeMap::new();
    for defect in defects() {
        if let Some(other) = told.insert(defect.description, defect.id) {
            panic!("{other} and {} are described alike", defect.id);
        }
    }
}

/// How a defect shows, or why not.
async fn look(defect: &'static Defect, player: Player) -> Result<(), String> {
    let clean = player.clean.clone();
    let plays = plays();
    // A stalled machine can outlast the second in which the limited key has three requests; then all is repeated.
    'attempts: for _ in 0..5 {
        let server = player.start(Some(defect)).await;
        for (play, expected) in plays.iter().zip(clean.iter()) {
            let answer = server.play(play).await;
            if play.limited && answer.starts_with("HTTP/1.1 200") {
                continue 'attempts;
            }
            let other = matches!(
                (defect.apis, play.api),
                (Apis::Flat, "propertybase-v1") | (Apis::Nested, "lead-management-v1")
            );
            match (answer != *expected, other) {
                (false, _) => {}
                (true, false) => return Ok(()),
                (true, true) => {
                    return Err(format!("shows in the other API:\n{play:?}\n{expected}\n{answer}"));
                }
            }
        }
        return Err("shows nowhere".to_owned());
    }
    Err("the machine is too slow for the limited key".to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_defect_shows_and_the_clean_server_stays_clean() {
    let player = Player::record(client()).await;
    assert_eq!(player.clean, Player::record(client()).await.clean, "two clean servers answer alike");

    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut looks = JoinSet::new();
    // What only many answers show is proved where a clock can be handed in.
    for defect in defects().iter().copied().filter(|defect| !defect.is_for_limits_only()) {
        let (slots, player) = (Arc::clone(&slots), player.clone());
        looks.spawn(async move {
            let _slot = slots.acquire().await.unwrap();
            look(defect, player).await.map_err(|why| format!("{}: {why}", defect.id))
        });
    }
    let wrong: Vec<String> = looks.join_all().await.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

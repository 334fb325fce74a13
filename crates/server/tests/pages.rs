//! The pages and the API as a browser and a program meet them, on both kinds of book.

use std::collections::HashMap;
use std::sync::Arc;

use anwang_domain::CitizenId;
use anwang_lake::Lake;
use anwang_server::figures::{ProgrammeTitle, Title, Titles};
use anwang_server::{App, Foundation, KeptPassword, router};
use anwang_store::coverage::{self, Coverage};
use anwang_store::findings::{self, Finding, Kind};
use anwang_store::{Book, StoreError, runs};
use anwang_testkit::{TestBook, on_each_book};
use anwang_vault::Vault;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use tower::ServiceExt;

const PASSWORD: &str = "correct-horse";
/// A made-up id: the area is real, the birthday a holiday, the check digit right.
const CITIZEN_ID: &str = "140105195010010028";
const XIAODIAN: u64 = 140_105_000_000;

struct House {
    router: Router,
    book: Book,
    vault: Arc<Vault>,
    person: u64,
    app: App,
    _folder: tempfile::TempDir,
}

#[derive(Default)]
struct Browser {
    cookies: HashMap<String, String>,
}

struct Page {
    status: StatusCode,
    text: String,
    headers: axum::http::HeaderMap,
}

fn house(book: &TestBook) -> House {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let vault = Vault::create(&keys).unwrap();
    let person = vault.person_key(CitizenId::parse(CITIZEN_ID).unwrap());
    fill(book, person).unwrap();
    let app = App::new(Foundation {
        book: book.reopen(),
        vault: Vault::open(&keys).unwrap(),
        lake: Lake::open(&folder.path().join("lake"), book.reopen()).unwrap(),
        password: KeptPassword::keep(PASSWORD).unwrap(),
        titles: Titles {
            programmes: vec![dibao()],
            ..Titles::default()
        },
    })
    .unwrap();
    House {
        router: router(app.clone()),
        book: book.reopen(),
        vault: Arc::new(vault),
        person,
        _folder: folder,
        app,
    }
}

fn dibao() -> ProgrammeTitle {
    let title = Title {
        zh: "低保".to_owned(),
        en: "Dibao".to_owned(),
    };
    ProgrammeTitle {
        name: "dibao".to_owned(),
        title,
        conditions: Vec::new(),
    }
}

/// One refresh that found 120 missed persons, one of them ours.
fn fill(book: &Book, person: u64) -> Result<(), StoreError> {
    let run_id = runs::start(book, "refresh", Some("2026-06-30"), Some("test 1"), 0)?;
    book.transaction(|tx| {
        runs::finish(tx, run_id, runs::State::Done, 1_000, Some(1), r#"{"people": 1234}"#)?;
        coverage::insert(
            tx,
            [Coverage {
                run_id,
                county: XIAODIAN,
                programme: "dibao".to_owned(),
                served: 4321,
                missed: 120,
                wrong: 0,
                undecidable: 5,
                amount_fen_per_month: 100,
            }],
        )?;
        let persons = std::iter::once(person).chain(1..120);
        findings::replace(tx, persons.map(missed))
    })?;
    Ok(())
}

fn missed(person: u64) -> Finding {
    Finding {
        kind: Kind::Missed,
        programme: "dibao".to_owned(),
        county: XIAODIAN,
        division: XIAODIAN,
        person,
        household: 9,
        reason: "income_below_standard".to_owned(),
        amount_fen_per_month: Some(66_900),
        since: None,
    }
}

impl House {
    async fn send(&self, browser: &mut Browser, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            browser.cookies.insert(name.to_owned(), value.to_owned());
        }
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        Page {
            status: parts.status,
            text,
            headers: parts.headers,
        }
    }

    async fn get(&self, browser: &mut Browser, path: &str) -> Page {
        let request = browser.request("GET", path).body(Body::empty()).unwrap();
        self.send(browser, request).await
    }

    async fn post(&self, browser: &mut Browser, path: &str, form: &str) -> Page {
        let request = browser
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(browser, request).await
    }

    async fn log_in(&self) -> Browser {
        let mut browser = Browser::default();
        let page = self.post(&mut browser, "/login", &format!("password={PASSWORD}")).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        browser
    }

    /// Entries in the audit chain, which must be whole.
    async fn audited(&self) -> u64 {
        let (book, vault) = (self.book.clone(), Arc::clone(&self.vault));
        let verified = tokio::task::spawn_blocking(move || vault.verify_audit(&book).unwrap())
            .await
            .unwrap();
        verified.expect("the chain is whole").entries
    }
}

impl Browser {
    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", cookies.join("; "))
            .header("host", "localhost")
    }
}

/// Runs a test against a filled house, on each kind of book.
fn visit<F: Future<Output = ()>>(test: impl Fn(House) -> F) {
    on_each_book(|book| {
        let house = house(book);
        // The last handle on a PostgreSQL book must not be dropped inside a runtime.
        let handles = (house.app.clone(), house.book.clone());
        tokio::runtime::Runtime::new().unwrap().block_on(test(house));
        drop(handles);
    });
}

fn form_token(page: &Page) -> &str {
    let (_, rest) = page
        .text
        .split_once("name=\"form_token\" value=\"")
        .expect("the page has a form");
    rest.split('"').next().unwrap()
}

#[test]
fn a_stranger_sees_nothing_but_the_log_in() {
    visit(async |house| {
        let mut stranger = Browser::default();
        for path in ["/", "/map", "/missed", "/wrong", "/person", "/person/0000000000000001"] {
            let page = house.get(&mut stranger, path).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
            assert_eq!(page.headers["location"], "/login", "{path}");
        }
        for path in ["/api/v1/status", "/api/v1/missed", "/api/v1/wrong"] {
            let page = house.get(&mut stranger, path).await;
            assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(page.headers["content-type"], "application/problem+json", "{path}");
            assert!(
                page.text.contains("urn:anwang:problem:server.not_logged_in"),
                "{}",
                page.text
            );
        }
        let page = house.post(&mut stranger, "/login", "password=wrong").await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
        assert!(stranger.cookies.is_empty(), "no session is given away");
    });
}

#[test]
fn every_answer_forbids_foreign_script_frames_and_caches() {
    visit(async |house| {
        let mut browser = house.log_in().await;
        for path in ["/", "/login", "/api/v1/status", "/nowhere"] {
            let page = house.get(&mut browser, path).await;
            let policy = page.headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
                "{path}"
            );
            assert_eq!(page.headers["cache-control"], "no-store", "{path}");
            assert!(
                !page.text.contains("<script") && !page.text.contains(" style="),
                "{path} has inline code"
            );
        }
    });
}

#[test]
fn the_overview_and_the_map_show_the_last_refresh() {
    visit(async |house| {
        let mut browser = house.log_in().await;
        let overview = house.get(&mut browser, "/").await;
        for figure in ["4,321", "1,234", "2026-06-30", "低保"] {
            assert!(overview.text.contains(figure), "{figure} is missing");
        }
        let map = house.get(&mut browser, "/map?programme=dibao&measure=missed").await;
        assert!(map.text.contains("aria-label=\"小店区 120\""));
        let unknown = house.get(&mut browser, "/map?measure=nonsense").await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    });
}

#[test]
fn a_list_turns_page_by_page_without_losing_or_repeating_anyone() {
    visit(async |house| {
        let mut browser = house.log_in().await;
        let mut seen = Vec::new();
        let mut path = "/api/v1/missed?limit=50".to_owned();
        loop {
            let page = house.get(&mut browser, &path).await;
            let list: serde_json::Value = serde_json::from_str(&page.text).unwrap();
            seen.extend(
                list["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["person"].to_string()),
            );
            match list["next"].as_str() {
                Some(next) => path = format!("/api/v1/missed?limit=50&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 120);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 120, "someone was listed twice");
        let elsewhere = house.get(&mut browser, "/api/v1/missed?county=140106000000").await;
        assert_eq!(elsewhere.text, r#"{"items":[],"next":null}"#);
        let html = house.get(&mut browser, &format!("/missed?county={XIAODIAN}")).await;
        assert!(html.text.contains("rel=\"next\""), "120 people do not fit on one page");
    });
}

#[test]
fn a_wrong_parameter_is_named_in_a_problem() {
    visit(async |house| {
        let mut browser = house.log_in().await;
        for (query, parameter) in [
            ("county=14", "county"),
            ("after=nonsense", "after"),
            ("limit=0", "limit"),
        ] {
            let page = house.get(&mut browser, &format!("/api/v1/missed?{query}")).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}");
            assert!(page.text.contains(parameter), "{}", page.text);
        }
    });
}

#[test]
fn a_person_is_shown_only_for_a_purpose_and_every_look_is_in_the_chain() {
    visit(async |house| {
        let mut browser = house.log_in().await;
        let path = format!("/person/{:016x}", house.person);
        let asked = house.get(&mut browser, &path).await;
        assert!(asked.text.contains("name=\"purpose\""), "the purpose is asked first");
        assert_eq!(house.audited().await, 0);

        let form = format!(
            "form_token={}&purpose=%E5%AE%9A%E6%9C%9F%E5%A4%8D%E6%A0%B8",
            form_token(&asked)
        );
        house.post(&mut browser, &path, &form).await;
        let page = house.get(&mut browser, &path).await;
        assert!(
            page.text.contains("定期复核") && page.text.contains("低保"),
            "{}",
            page.text
        );
        assert!(page.text.contains("1401**********0028"), "the id is masked");
        assert!(!page.text.contains(CITIZEN_ID), "the id is not in clear");
        assert_eq!(house.audited().await, 1);
    });
}

#[test]
fn a_search_by_id_leads_to_an_address_without_the_id() {
    visit(async |house| {
        let mut browser = house.log_in().await;
        let search = house.get(&mut browser, "/person").await;
        let form = format!(
            "form_token={}&citizen_id={CITIZEN_ID}&purpose=periodic+review",
            form_token(&search)
        );
        let found = house.post(&mut browser, "/person", &form).await;
        assert_eq!(found.headers["location"], format!("/person/{:016x}", house.person));

        let wrong = form.replace(CITIZEN_ID, "140105195010010029");
        let refused = house.post(&mut browser, "/person", &wrong).await;
        assert!(
            refused.text.contains("role=\"alert\""),
            "a wrong check digit is refused"
        );
        let foreign = form.replace(form_token(&search), "00000000000000000000000000000000");
        assert_eq!(
            house.post(&mut browser, "/person", &foreign).await.status,
            StatusCode::FORBIDDEN
        );
    });
}

#[test]
fn the_description_of_the_api_names_every_route_under_api_v1() {
    visit(async |house| {
        let mut browser = house.log_in().await;
        let page = house.get(&mut browser, "/api/openapi.json").await;
        let document: serde_json::Value = serde_json::from_str(&page.text).unwrap();
        let described: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
        let source = include_str!("../src/routes.rs");
        let routed: Vec<&str> = source
            .split(".route(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|path| path.starts_with("/api/v1"))
            .collect();
        assert_eq!(described, routed);
        for path in routed {
            assert_eq!(house.get(&mut browser, path).await.status, StatusCode::OK, "{path}");
        }
    });
}

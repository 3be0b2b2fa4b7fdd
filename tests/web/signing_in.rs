//! Sessions, the limits on signing in, and requests that another site made the browser send.

use crate::{
    accounts::{PASSWORD, PROGRAM_TOKEN},
    house::{House, Person, Plan, problem},
    things,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{sync::atomic::Ordering, time::Duration};
use switchboard::web::WebSettings;

fn hold() -> String {
    format!("/api/v1/calls/{}/actions/hold", things::call_id(1))
}

#[tokio::test]
async fn a_session_lasts_from_signing_in_to_signing_out() {
    let house = House::start().await;
    let response = house.try_password("anna", PASSWORD).await;
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("switchboard_session="), "{cookie}");
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age="] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    let body = response.json::<Value>().await.unwrap();
    assert_eq!(body["user"]["name"], "anna");
    assert_eq!(body["user"]["role"], "attendant");
    assert_eq!(body["user"]["stations"], json!(["1001"]));

    let anna = house.sign_in("anna").await;
    let current = house.get(&anna, "/api/v1/sessions/current").await.json::<Value>().await.unwrap();
    let Person::SignedIn { csrf, .. } = &anna else { unreachable!() };
    assert_eq!(current["csrf_token"].as_str(), Some(csrf.as_str()));

    let response = house.ask(&anna, Method::DELETE, "/api/v1/sessions/current").send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(house.get(&anna, "/api/v1/board").await.status(), 401);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_from_before() {
    let house = House::start().await;
    let anna = house.sign_in("anna").await;
    let credentials = json!({ "user": "anna", "password": PASSWORD });
    assert_eq!(house.post(&anna, "/api/v1/sessions", &credentials).await.status(), 201);
    assert_eq!(house.get(&anna, "/api/v1/board").await.status(), 401);
    assert_eq!(house.accounts.sessions.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_the_host() {
    let settings = WebSettings { secure_cookie: true, ..WebSettings::default() };
    let house = House::build(Plan { settings, ..Plan::default() }).await;
    let response = house.try_password("anna", PASSWORD).await;
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-switchboard_session=") && cookie.ends_with("; Secure"), "{cookie}");
    let anna = house.sign_in("anna").await;
    assert_eq!(house.get(&anna, "/api/v1/board").await.status(), 200);
}

#[tokio::test]
async fn a_session_that_is_over_is_nobodys() {
    let house = House::start().await;
    *house.accounts.lifetime.lock().unwrap() = Some(Duration::ZERO);
    let anna = house.sign_in("anna").await;
    assert_eq!(house.get(&anna, "/api/v1/board").await.status(), 401);
    assert_eq!(house.get(&Person::Bearer("sbt_unknown"), "/api/v1/board").await.status(), 401);
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_get_the_same_answer_and_soon_none() {
    let house = House::start().await;
    let (_, _, unknown) = problem(house.try_password("nobody", "x").await).await;
    let (status, code, wrong) = problem(house.try_password("anna", "x").await).await;
    assert_eq!((status, code.as_str()), (401, "wrong_credentials"));
    assert_eq!(unknown, wrong);
    for _ in 1..5 {
        assert_eq!(house.try_password("anna", "x").await.status(), 401);
    }
    let response = house.try_password("anna", PASSWORD).await;
    assert_eq!(response.headers()["retry-after"], "900");
    assert_eq!(problem(response).await.1, "too_many_attempts");
    assert_eq!(house.try_password("ben", PASSWORD).await.status(), 201, "another name");
}

#[tokio::test]
async fn an_address_counts_whatever_names_it_tries_and_only_our_proxies_may_name_it() {
    let settings = WebSettings { trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()], ..WebSettings::default() };
    let house = House::build(Plan { settings, ..Plan::default() }).await;
    let attempt = |user: String, forwarded: &'static str| {
        let body = json!({ "user": user, "password": "x" });
        house.ask(&Person::Nobody, Method::POST, "/api/v1/sessions").header("X-Forwarded-For", forwarded).json(&body)
    };
    for number in 0..20 {
        let response = attempt(format!("user{number}"), "198.51.100.1, 203.0.113.7").send().await.unwrap();
        assert_eq!(response.status(), 401, "{number}");
    }
    assert_eq!(attempt("anna".into(), "198.51.100.2, 203.0.113.7").send().await.unwrap().status(), 429);
    assert_eq!(attempt("anna".into(), "203.0.113.8").send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn what_another_site_made_the_browser_send_is_refused() {
    let house = House::start().await;
    let anna = house.sign_in("anna").await;
    let Person::SignedIn { cookie, csrf } = anna.clone() else { unreachable!() };
    let other = house.sign_in("ben").await;
    let Person::SignedIn { csrf: other, .. } = other else { unreachable!() };
    for csrf in ["", "guess", &other] {
        let forged = Person::SignedIn { cookie: cookie.clone(), csrf: csrf.into() };
        let (status, code, _) = problem(house.post(&forged, &hold(), &json!({})).await).await;
        assert_eq!((status, code.as_str()), (403, "csrf"), "{csrf:?}");
    }
    let forged = [
        ("Origin", "https://evil.example".to_owned()),
        ("Origin", "null".to_owned()),
        ("Sec-Fetch-Site", "cross-site".to_owned()),
        ("Sec-Fetch-Site", "same-site".to_owned()),
    ];
    for (name, value) in forged {
        let response = house.ask(&anna, Method::POST, &hold()).header(name, &value).send().await.unwrap();
        assert_eq!(problem(response).await.1, "csrf", "{name}: {value}");
        let login = house.ask(&Person::Nobody, Method::POST, "/api/v1/sessions").header(name, &value);
        let response = login.json(&json!({ "user": "anna", "password": PASSWORD })).send().await.unwrap();
        assert_eq!(problem(response).await.1, "csrf", "signing in with {name}: {value}");
    }
    assert!(house.server.verbs().is_empty());

    let origin = format!("http://{}", house.address);
    let own = house.ask(&anna, Method::POST, &hold()).header("Origin", origin).header("Sec-Fetch-Site", "same-origin");
    assert_eq!(own.send().await.unwrap().status(), 202);
    assert_eq!(house.post(&Person::Bearer(PROGRAM_TOKEN), &hold(), &json!({})).await.status(), 202);
    assert!(!csrf.is_empty());
}

#[tokio::test]
async fn behind_a_proxy_the_configured_origin_counts() {
    let settings = WebSettings { public_origin: Some("https://desk.example".into()), ..WebSettings::default() };
    let house = House::build(Plan { settings, ..Plan::default() }).await;
    let anna = house.sign_in("anna").await;
    let from = |origin: &'static str| house.ask(&anna, Method::POST, &hold()).header("Origin", origin).send();
    assert_eq!(from("https://desk.example").await.unwrap().status(), 202);
    assert_eq!(from("https://evil.example").await.unwrap().status(), 403);
}

#[tokio::test]
async fn when_the_store_is_down_nobody_is_signed_out_but_told_to_wait() {
    let house = House::start().await;
    let anna = house.sign_in("anna").await;
    house.accounts.broken.store(true, Ordering::SeqCst);
    assert_eq!(problem(house.get(&anna, "/api/v1/board").await).await.1, "store_down");
    assert_eq!(problem(house.try_password("anna", PASSWORD).await).await.1, "store_down");
    house.accounts.broken.store(false, Ordering::SeqCst);
    assert_eq!(house.get(&anna, "/api/v1/board").await.status(), 200);
}

//! Every dependency may be used: its licence is one of those `deny.toml` allows, and it comes from the registry.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::process::Command;

fn allowed() -> Vec<String> {
    let deny: toml::Table = std::fs::read_to_string("deny.toml").unwrap().parse().unwrap();
    let list = deny["licenses"]["allow"].as_array().unwrap();
    list.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO")).args(["metadata", "--format-version=1", "--locked"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// An expression such as `(MIT OR Apache-2.0) AND Unicode-3.0` is met if each AND part has an allowed alternative.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    plain.split(" AND ").all(|part| {
        part.split(" OR ")
            .map(|name| name.split(" WITH ").next().unwrap_or("").trim())
            .any(|name| allowed.iter().any(|one| one == name))
    })
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let allowed = allowed();
    let bad: Vec<String> = packages()
        .iter()
        .filter(|package| !is_allowed(package["license"].as_str().unwrap_or(""), &allowed))
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();
    assert!(bad.is_empty(), "not allowed by deny.toml: {bad:#?}");
}

#[test]
fn every_dependency_comes_from_the_registry() {
    let packages = packages();
    let strange: Vec<&Value> = packages
        .iter()
        .filter(|package| package["name"] != "switchboard")
        .filter(|package| !package["source"].as_str().is_some_and(|source| source.starts_with("registry+")))
        .map(|package| &package["name"])
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn a_licence_that_is_not_listed_is_found() {
    let allowed = allowed();
    assert!(is_allowed("MIT OR GPL-3.0", &allowed));
    assert!(!is_allowed("MIT AND GPL-3.0", &allowed));
    assert!(!is_allowed("", &allowed));
}

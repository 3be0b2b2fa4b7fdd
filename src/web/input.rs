//! What a body must look like before the AS is asked: JSON of the right shape, of bounded size, printable.
//!
//! Whether a number can be dialed is the AS's to say; here only what no number or name can be is refused.

use super::problem::{Problem, ProblemCode};
use crate::{
    domain::{object::Object, text::is_unprintable},
    engine::messages::{InputError, NewParticipant},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

/// Longest name of a participant or user, in characters.
pub const MAX_NAME: usize = 120;
/// Longest number or station, in characters.
pub const MAX_NUMBER: usize = 64;
/// Most numbers of one participant.
pub const MAX_NUMBERS: usize = 10;
/// Most participants in one request.
pub const MAX_PARTICIPANTS: usize = 500;
/// Longest password, in bytes: hashing it costs us.
pub const MAX_PASSWORD: usize = 1024;

/// Who wants to sign in.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The user's name.
    #[serde(alias = "name")]
    pub user: String,
    #[schema(format = Password)]
    pub password: String,
}

/// Which of the user's stations to ring; the first one if none is named.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StationChoice {
    #[serde(default)]
    pub station: Option<String>,
}

/// A verb that needs no more words.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A body that can be checked.
pub trait Checked: DeserializeOwned {
    /// What no AS could accept, each with its place.
    fn check(&self, faults: &mut Faults);
}

/// Faults found so far.
#[derive(Default)]
pub struct Faults(Vec<InputError>);

impl Faults {
    pub(super) fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.push(InputError { pointer: pointer.into(), detail: detail.into() });
    }

    pub(super) fn text(&mut self, pointer: impl Fn() -> String, text: &str, longest: usize) {
        let length = text.chars().count();
        if length > longest {
            self.add(pointer(), format!("has {length} characters; at most {longest} are allowed"));
        } else if let Some(bad) = text.chars().find(|&c| is_unprintable(c)) {
            self.add(pointer(), format!("contains the unprintable character U+{:04X}", u32::from(bad)));
        }
    }

    pub(super) fn station(&mut self, station: Option<&String>) {
        if let Some(station) = station {
            self.text(|| "/station".into(), station, MAX_NUMBER);
        }
    }

    pub(super) fn participants(&mut self, participants: &[NewParticipant]) {
        if participants.is_empty() {
            return self.add("/participants", "is empty; name at least one participant");
        }
        if participants.len() > MAX_PARTICIPANTS {
            let count = participants.len();
            return self.add("/participants", format!("has {count} entries; at most {MAX_PARTICIPANTS} are allowed"));
        }
        for (index, participant) in participants.iter().enumerate() {
            self.participant(&format!("/participants/{index}"), participant);
        }
    }

    /// One who is to be rung.
    pub(super) fn participant(&mut self, place: &str, participant: &NewParticipant) {
        self.text(|| format!("{place}/name"), &participant.name, MAX_NAME);
        self.text(|| format!("{place}/label"), &participant.label, MAX_NAME);
        let numbers = &participant.numbers;
        if numbers.is_empty() {
            self.add(format!("{place}/numbers"), "is empty; give at least one number");
        }
        if numbers.len() > MAX_NUMBERS {
            let detail = format!("has {} entries; at most {MAX_NUMBERS} are allowed", numbers.len());
            return self.add(format!("{place}/numbers"), detail);
        }
        for (nth, number) in numbers.iter().enumerate() {
            self.text(|| format!("{place}/numbers/{nth}"), number, MAX_NUMBER);
        }
    }
}

impl Checked for Credentials {
    fn check(&self, faults: &mut Faults) {
        faults.text(|| "/user".into(), &self.user, MAX_NAME);
        if self.password.len() > MAX_PASSWORD {
            faults.add("/password", format!("is longer than {MAX_PASSWORD} bytes"));
        }
    }
}

impl Checked for StationChoice {
    fn check(&self, faults: &mut Faults) {
        faults.station(self.station.as_ref());
    }
}

impl Checked for Nothing {
    fn check(&self, _: &mut Faults) {}
}

/// A body from its bytes: 400 if it is not JSON, 422 with the places if it is not acceptable.
pub fn parse<T: Checked>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Object(body) = serde_path_to_error::deserialize::<_, Object<T>>(&mut json)
        .map_err(|error| if error.inner().is_data() { wrong_shape(&error) } else { malformed(error.inner()) })?;
    json.end().map_err(|error| malformed(&error))?;
    let mut faults = Faults::default();
    body.check(&mut faults);
    if faults.0.is_empty() { Ok(body) } else { Err(Problem::input(faults.0)) }
}

fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    Problem::new(ProblemCode::MalformedJson, format!("Not JSON at line {line}, column {column}: {what}."))
}

fn wrong_shape(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let text = error.inner().to_string();
    let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(detail, _)| detail);
    Problem::input(vec![InputError { pointer: pointer(error.path(), detail), detail: format!("is wrong: {detail}") }])
}

/// The path as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path, detail: &str) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escape(key))),
            Segment::Enum { variant } => pointer.push_str(&format!("/{}", escape(variant))),
            Segment::Unknown => {}
        }
    }
    // An unknown key is not always part of the path the deserialiser was on.
    let unknown =
        detail.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, ").or(rest.split_once('`')));
    if let Some((key, _)) = unknown {
        let last = format!("/{}", escape(key));
        if !pointer.ends_with(&last) {
            pointer.push_str(&last);
        }
    }
    pointer
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::{
        super::input_groups::{ConferenceWanted as NewConference, NewGroup, NewParticipants},
        *,
    };
    use serde_json::{Value, json};

    fn refused<T: Checked>(body: &Value) -> Vec<String> {
        let problem = parse::<T>(body.to_string().as_bytes()).err().expect("refused");
        assert_eq!(problem.code, ProblemCode::BadInput, "{problem:?}");
        problem.errors.into_iter().map(|error| error.pointer).collect()
    }

    fn people(count: usize) -> Value {
        json!({ "participants": vec![json!({ "numbers": ["1001"] }); count] })
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        let broken =
            [("", "line 1"), ("{", "line 1"), ("{\n  \"station\": }", "line 2, column 14"), ("{} x", "column 4")];
        for (text, place) in broken {
            let problem = parse::<StationChoice>(text.as_bytes()).unwrap_err();
            assert_eq!(problem.code, ProblemCode::MalformedJson, "{text:?}");
            assert!(problem.detail.contains(place), "{}", problem.detail);
        }
    }

    #[test]
    fn the_wrong_shape_is_refused_with_a_pointer() {
        let nested = json!({ "participants": [{ "numbers": ["1"] }, { "numbers": ["1"], "evil": 1 }] });
        assert_eq!(refused::<NewConference>(&nested), ["/participants/1/evil"]);
        assert_eq!(refused::<NewConference>(&json!({ "participants": [], "a/b": 1 })), ["/a~1b"]);
        let wrong = json!({ "participants": [{ "numbers": ["1", 2] }] });
        assert_eq!(refused::<NewConference>(&wrong), ["/participants/0/numbers/1"]);
        assert_eq!(refused::<NewConference>(&json!({ "participants": "x" })), ["/participants"]);
        assert_eq!(refused::<NewConference>(&json!([])).len(), 1);
        assert_eq!(refused::<NewConference>(&json!({ "call_id": "call_1", "participants": [] })), ["/call_id"]);
    }

    #[test]
    fn only_objects_are_objects_and_no_type_of_ours_is_named() {
        let refusals = [
            parse::<Credentials>(br#"["anna", "pw"]"#).err(),
            parse::<Nothing>(b" []").err(),
            parse::<StationChoice>(b"null").err(),
            parse::<NewConference>(br#"[null, [{"numbers": ["1"]}], false, null]"#).err(),
        ];
        for problem in refusals {
            let problem = problem.expect("refused");
            assert!(problem.detail.contains("expected a JSON object"), "{}", problem.detail);
        }
        for inner in [json!(["Bob", ["1001"], null]), json!("Bob"), json!(null)] {
            let body = json!({ "participants": [{ "numbers": ["1"] }, inner] });
            let problem = parse::<NewConference>(body.to_string().as_bytes()).expect_err("refused");
            assert_eq!(problem.errors[0].pointer, "/participants/1");
            assert!(!problem.detail.contains("NewParticipant"), "{}", problem.detail);
            assert_eq!(refused::<NewParticipants>(&body), ["/participants/1"]);
        }
        parse::<Nothing>(b" \n{}").expect("an object");
    }

    #[test]
    fn sizes_are_bounded() {
        assert_eq!(refused::<NewParticipants>(&people(0)), ["/participants"]);
        assert_eq!(refused::<NewParticipants>(&people(MAX_PARTICIPANTS + 1)), ["/participants"]);
        for count in [1, 200, MAX_PARTICIPANTS] {
            parse::<NewParticipants>(people(count).to_string().as_bytes()).unwrap();
        }
        let many = json!({ "participants": [{ "numbers": vec!["1"; 11] }, { "numbers": [] }] });
        assert_eq!(refused::<NewParticipants>(&many), ["/participants/0/numbers", "/participants/1/numbers"]);
        let long = json!({ "participants": [{ "name": "é".repeat(121), "numbers": ["1".repeat(65)] }] });
        assert_eq!(refused::<NewParticipants>(&long), ["/participants/0/name", "/participants/0/numbers/0"]);
        let fits = json!({ "participants": [{ "name": "é".repeat(120), "numbers": ["1".repeat(64)] }] });
        parse::<NewParticipants>(fits.to_string().as_bytes()).unwrap();
    }

    #[test]
    fn groups_are_named_beside_participants_or_instead() {
        let group = format!("group_{:032x}", 7);
        let named = parse::<NewParticipants>(json!({ "groups": [group] }).to_string().as_bytes()).unwrap();
        assert_eq!((named.participants.len(), named.groups[0].to_string()), (0, group.clone()));
        let both = json!({ "groups": [group], "participants": [{ "numbers": ["1"] }] });
        parse::<NewConference>(both.to_string().as_bytes()).unwrap();
        assert_eq!(refused::<NewConference>(&json!({})), ["/participants"]);
        assert_eq!(refused::<NewConference>(&json!({ "groups": [] })), ["/participants"]);
        assert_eq!(refused::<NewConference>(&json!({ "groups": ["crisis team"] })), ["/groups/0"]);
        assert_eq!(refused::<NewParticipants>(&json!({ "groups": vec![group; 21] })), ["/groups"]);

        let one =
            json!([{ "name": "Emma", "numbers": ["1008"], "label": "nurse", "moderator": true, "listener": false }]);
        parse::<NewGroup>(json!({ "name": "crisis team", "participants": one }).to_string().as_bytes()).unwrap();
        assert_eq!(refused::<NewGroup>(&json!({ "name": " ", "participants": one })), ["/name"]);
        assert_eq!(refused::<NewGroup>(&json!({ "name": "a\nb", "participants": one })), ["/name"]);
        assert_eq!(refused::<NewGroup>(&json!({ "name": "none", "participants": [] })), ["/participants"]);
        let wrong = json!({ "name": "no number", "participants": [{ "numbers": [] }] });
        assert_eq!(refused::<NewGroup>(&wrong), ["/participants/0/numbers"]);
        assert_eq!(refused::<NewGroup>(&json!({ "name": "x", "participants": one, "id": group_id() })), ["/id"]);
    }

    fn group_id() -> String {
        format!("group_{:032x}", 1)
    }

    #[test]
    fn what_cannot_be_printed_is_refused_and_what_can_is_not() {
        for bad in [
            "a\nb",
            "a\rb",
            "\0",
            "\u{7f}",
            "\u{85}",
            "a\u{202e}b",
            "a\u{2028}b",
            "\u{feff}",
            "\u{200b}",
            "\u{200e}",
            "a\u{200f}",
            "\u{61c}",
            "\u{2060}",
        ] {
            let body = json!({ "participants": [{ "name": bad, "numbers": [bad] }] });
            assert_eq!(refused::<NewParticipants>(&body).len(), 2, "{bad:?}");
        }
        for good in ["张伟", "👩‍👩‍👧 Ünal", "O'Brien \"Bob\"", "${uuid_kill}", "a,b;c[d]{e}"] {
            let body = json!({ "participants": [{ "name": good, "numbers": [good] }] });
            parse::<NewParticipants>(body.to_string().as_bytes()).unwrap();
        }
    }
}

//! Who hears whom in a room, and how loud: what the mixer makes of muting, deafness, hold, gains and relations.

use super::room::{Member, Room};
use std::fmt::Write;

/// The level of everybody's voice here. Who must be louder to count as speaking is not heard.
const A_VOICE: i32 = 1200;

/// Of one member towards another. At most one each way; a new one replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    /// The other hears this one.
    pub speak: bool,
    /// This one hears the other.
    pub hear: bool,
}

impl Room {
    /// How loud the one hears the other, 1 being as it comes; 0 is not at all.
    pub(super) fn loudness(&self, listener: &Member, speaker: &Member) -> f64 {
        // Music shuts the room out; on hold without any, the room is heard.
        let music = listener.hold && listener.hold_music.is_some();
        let listens = !listener.deaf && !music;
        let speaks = !speaker.muted && !speaker.hold && speaker.energy < A_VOICE;
        let allowed = self.relations.get(&(speaker.id, listener.id)).is_none_or(|relation| relation.speak)
            && self.relations.get(&(listener.id, speaker.id)).is_none_or(|relation| relation.hear);
        if listens && speaks && allowed { factor(speaker.volume_in) * factor(listener.volume_out) } else { 0.0 }
    }

    /// `relate`, with its arguments.
    pub(super) fn relate(&mut self, args: &[&str]) -> String {
        match args {
            [] | [_] if self.relations.is_empty() => "+OK No relationships\n".into(),
            [] => String::new(),
            [shown] => {
                let wanted: Vec<u32> = ids(shown).filter_map(|id| id.parse().ok()).collect();
                let mut text = String::new();
                for ((from, to), relation) in &self.relations {
                    if wanted.contains(&0) || wanted.contains(from) {
                        let (speak, hear) = (word(relation.speak, "SPEAK"), word(relation.hear, "HEAR"));
                        // Writing to a String never fails.
                        let _ = writeln!(text, "{from} -> {to} {speak} {hear} NOSENDVIDEO ");
                    }
                }
                text
            }
            [from, to, what @ ..] => {
                let what = what.first().copied().unwrap_or_default();
                let (nospeak, nohear, clear) =
                    (what.contains("nospeak"), what.contains("nohear"), what.contains("clear"));
                if !(nospeak || nohear || clear) {
                    return format!("relate {USAGE}");
                }
                let mut text = String::new();
                for one in ids(from) {
                    if clear && *to == "0" {
                        let id: u32 = one.parse().unwrap_or_default();
                        self.relations.retain(|(owner, _), _| *owner != id);
                        let _ = writeln!(text, "+OK relationship {one}->0 cleared.");
                        continue;
                    }
                    for other in ids(to) {
                        text.push_str(&self.relate_pair(one, other, what, nospeak, nohear, clear));
                    }
                }
                text
            }
        }
    }

    fn relate_pair(&mut self, one: &str, other: &str, what: &str, nospeak: bool, nohear: bool, clear: bool) -> String {
        let known = |text: &str| {
            let id: u32 = text.parse().ok()?;
            self.members.iter().any(|member| member.id == id).then_some(id)
        };
        let (Some(from), Some(to)) = (known(one), known(other)) else {
            return format!("-ERR relationship {one}->{other} not found.\n");
        };
        if clear {
            self.relations.remove(&(from, to));
            format!("+OK relationship {one}->{other} cleared.\n")
        } else {
            self.relations.insert((from, to), Relation { speak: !nospeak, hear: !nohear });
            format!("+OK {one}->{other} {what} set\n")
        }
    }

    /// Who leaves takes along what they own.
    pub(super) fn forget_relations(&mut self, id: u32) {
        self.relations.retain(|(owner, _), _| *owner != id);
    }
}

const USAGE: &str = "<member_id>[,<member_id>] <other_member_id>[,<other_member_id>] [nospeak|nohear|clear]";

fn ids(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
}

fn word(yes: bool, word: &str) -> String {
    if yes { word.to_owned() } else { format!("NO{word}") }
}

/// What a volume step makes of a sample.
fn factor(step: i32) -> f64 {
    match step {
        1.. => f64::from(step) + 0.3,
        0 => 1.0,
        _ => 1.0 + 0.2 * f64::from(step),
    }
}

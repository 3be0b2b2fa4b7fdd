//! Bodies that hold or name standing groups.

use super::input::{Checked, Faults, MAX_NAME, MAX_PARTICIPANTS};
use crate::{
    domain::{
        announcement::Beep,
        dial_in::DialInWish,
        ending::EndWishes,
        group::Group,
        ids::{CallId, GroupId},
        object::{object, object_or_null, objects},
        time::Timestamp,
    },
    engine::messages::{NewConference, NewParticipant},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most standing groups there may be.
pub const MAX_GROUPS: usize = 200;
/// Most groups in one request.
const MAX_NAMED: usize = 20;

/// A standing group as it is to be.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// At most 120 characters; no two groups have the same, whatever its case.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    #[serde(deserialize_with = "objects")]
    pub participants: Vec<NewParticipant>,
}

impl NewGroup {
    pub fn into_group(self, id: GroupId, changed_at: Timestamp) -> Group {
        Group { id, name: self.name.trim().to_owned(), participants: self.participants, changed_at }
    }
}

/// A conference as it is asked for. Unknown fields are refused.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewConference)]
pub struct ConferenceWanted {
    /// The live call to make it from; none for a cold conference.
    #[serde(default)]
    pub call_id: Option<CallId>,
    #[serde(default, deserialize_with = "objects")]
    pub participants: Vec<NewParticipant>,
    /// Standing groups whose people are rung as well; whoever is named twice, or is there already, is rung once.
    #[serde(default)]
    pub groups: Vec<GroupId>,
    /// Cold conferences only: ring the attendant's own station as well.
    #[serde(default)]
    pub include_attendant: bool,
    /// With `include_attendant`: nobody else is rung before the attendant is in.
    #[serde(default)]
    pub attendant_first: bool,
    /// The station to ring with `include_attendant`; the user's first one if none is named.
    #[serde(default)]
    pub station: Option<String>,
    /// When it ends by itself. Absent: as the configuration says.
    #[serde(default, deserialize_with = "object")]
    pub end_rules: EndWishes,
    /// A short tone when somebody comes or leaves: true, false, "on_enter" or "on_exit". Absent: as the configuration
    /// says.
    #[serde(default)]
    pub beep: Option<Beep>,
    /// Whoever comes before the attendant or a moderator hears music until one of them is there.
    #[serde(default)]
    pub wait_for_host: bool,
    /// Let people dial into it, if the node has access numbers. Absent: nobody can, until that is opened.
    #[serde(default, deserialize_with = "object_or_null")]
    pub dial_in: Option<DialInWish>,
}

impl ConferenceWanted {
    pub fn with(self, groups: Vec<Group>) -> NewConference {
        let Self {
            call_id,
            participants,
            groups: _,
            include_attendant,
            attendant_first,
            station,
            end_rules,
            beep,
            wait_for_host,
            dial_in,
        } = self;
        NewConference {
            call_id,
            participants,
            groups,
            include_attendant,
            attendant_first,
            station,
            end_rules,
            beep,
            wait_for_host,
            dial_in,
        }
    }
}

/// Participants to be rung, all at once.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParticipants {
    #[serde(default, deserialize_with = "objects")]
    pub participants: Vec<NewParticipant>,
    /// Standing groups whose people are rung as well; whoever is named twice, or is there already, is rung once.
    #[serde(default)]
    pub groups: Vec<GroupId>,
}

impl Faults {
    fn people_and_groups(&mut self, participants: &[NewParticipant], groups: &[GroupId]) {
        if groups.is_empty() || !participants.is_empty() {
            self.participants(participants);
        }
        if groups.len() > MAX_NAMED {
            self.add("/groups", format!("has {} entries; at most {MAX_NAMED} are allowed", groups.len()));
        }
    }
}

impl Checked for NewGroup {
    fn check(&self, faults: &mut Faults) {
        if self.name.trim().is_empty() {
            faults.add("/name", "is empty; give the group a name");
        }
        faults.text(|| "/name".into(), &self.name, MAX_NAME);
        faults.participants(&self.participants);
    }
}

impl Checked for ConferenceWanted {
    fn check(&self, faults: &mut Faults) {
        // Whoever is wanted may all dial in by themselves.
        let rung = !self.participants.is_empty() || !self.groups.is_empty();
        if rung || self.dial_in.is_none() || (self.call_id.is_none() && !self.include_attendant) {
            faults.people_and_groups(&self.participants, &self.groups);
        }
        if let Some(wish) = &self.dial_in {
            faults.dial_in("/dial_in", wish);
        }
        faults.station(self.station.as_ref());
        faults.end_rules(&self.end_rules);
    }
}

impl Checked for NewParticipants {
    fn check(&self, faults: &mut Faults) {
        faults.people_and_groups(&self.participants, &self.groups);
    }
}

/// What the AS is asked in one go must stay within what one request may hold.
pub fn too_many(participants: &[NewParticipant], groups: &[Group]) -> Option<String> {
    let all = participants.len() + groups.iter().map(|group| group.participants.len()).sum::<usize>();
    (all > MAX_PARTICIPANTS).then(|| format!("makes {all} participants in all; at most {MAX_PARTICIPANTS} are allowed"))
}

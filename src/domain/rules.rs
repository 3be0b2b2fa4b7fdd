//! What the operator decided, as the core needs it.

use super::{
    announcement::{Beep, SoundFile, Sounds},
    dial_in::DialInRules,
    effect::WayBack,
    ending::EndRules,
    endpoint::{Endpoint, Phrase, Safe},
    fact::Person,
    keys::KeyRules,
    number::Numbering,
    policy::Policy,
    reach::Reach,
    recording::RecordingRules,
    route::Routes,
    speech::SpeechRules,
};
use std::{collections::BTreeMap, time::Duration};

/// Everything configured that decisions depend on.
#[derive(Clone, Debug)]
pub struct Rules {
    pub numbering: Numbering,
    pub routes: Routes,
    pub policy: Policy,
    /// By the name users are given them under.
    pub stations: BTreeMap<String, Station>,
    /// Our conference profile on the switch.
    pub profile: Safe,
    /// The shipped waiting extension.
    pub way_back: WayBack,
    pub music: Safe,
    /// Most ports this node may carry.
    pub ports: u32,
    pub times: Times,
    pub conference: ConferenceRules,
    /// None: conferences are not recorded.
    pub recording: Option<RecordingRules>,
    /// How hard people are tried, unless the request says otherwise.
    pub reach: Reach,
    /// Most legs dialed in a second, evenly spread; 0: no limit.
    pub originates_per_second: u32,
    pub prompt: Prompt,
    /// None: nobody can dial in.
    pub dial_in: Option<DialInRules>,
}

/// What whoever picks up hears until they press 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// One after the other; none: a tone.
    pub parts: Vec<PromptPart>,
    /// The folder the switch has its spoken digits in.
    pub digits: Option<Safe>,
}

/// One piece of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptPart {
    File(Safe),
    /// The number of the caller the conference was made for, spoken digit by digit.
    Caller,
    /// The number of the attendant's station, spoken so.
    Attendant,
}

/// How conferences are where nobody asks for it otherwise.
#[derive(Clone, Debug, Default)]
pub struct ConferenceRules {
    pub end: EndRules,
    pub rescue: Rescue,
    /// The switch may have been out of sight for so long before it takes a word to ring everybody again.
    pub rescue_within: RescueWithin,
    /// Whoever is rung again hears it when they pick up.
    pub rescue_sound: Option<SoundFile>,
    pub come_back: ComeBack,
    /// None: as the conference profile says.
    pub beep: Option<Beep>,
    /// Where names are spoken, also those who only listen, or whom only one hears.
    pub name_listeners: bool,
    pub sounds: Sounds,
    /// None: nothing is spoken.
    pub speech: Option<SpeechRules>,
    pub keys: KeyRules,
}

/// What is done for somebody whose line dropped out of a conference, and who calls again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ComeBack {
    Off,
    /// The attendant is told, and lets them in by one key.
    #[default]
    Ask,
    /// They are in at once.
    Auto,
}

/// What becomes of conferences that were lost with the switch, when it is back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rescue {
    Off,
    /// Somebody may have everybody rung again.
    #[default]
    Ask,
    /// Everybody who was in is rung again at once.
    Auto,
}

/// For how long what was lost is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RescueWithin(pub Duration);

impl Default for RescueWithin {
    fn default() -> Self {
        Self(Duration::from_secs(10 * 60))
    }
}

/// An attendant's phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    pub endpoint: Endpoint,
    /// The user part by which its channels are known: `sofia/internal/1001@…`.
    pub user: String,
    /// Channel variables of its leg.
    pub variables: Vec<(Safe, Phrase)>,
    /// Whose it is.
    pub owner: Option<Person>,
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// A participant's phone may ring so long.
    pub ring: Duration,
    /// A station may ring so long.
    pub station_ring: Duration,
    /// Time to press 1.
    pub confirm: Duration,
    /// The switch hangs a leg up after this, whatever becomes of us.
    pub longest_leg: Duration,
    /// A held caller goes back to waiting after this.
    pub longest_hold: Duration,
    /// A parked leg lives so long without us.
    pub park: Duration,
    /// Both of a moved pair must be in the room within this.
    pub moving: Duration,
    /// The attendant has so long to say whether to go on without the caller.
    pub question: Duration,
    /// A control whose effect is not seen by then is no longer shown as pending.
    pub control: Duration,
    /// After this the hang-up of a station ends the call.
    pub settle: Duration,
    /// An ended conference stays on the board so long.
    pub shown: Duration,
}

impl Default for Times {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self {
            ring: s(30),
            station_ring: s(20),
            confirm: s(10),
            longest_leg: s(4 * 3600),
            longest_hold: s(3600),
            park: s(30),
            moving: Duration::from_millis(2500),
            question: s(15),
            control: s(5),
            settle: s(1),
            shown: s(300),
        }
    }
}

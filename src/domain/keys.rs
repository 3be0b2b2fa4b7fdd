//! What people press on their phones while they are in a room, and what it means. Pure; what was pressed is kept no
//! longer than it takes to know, and written nowhere.

use super::{announcement::SoundFile, ids::ChannelId, setting::Digits, time::Timestamp};
use std::{collections::BTreeMap, fmt, time::Duration};

/// One key of a telephone: `0` to `9`, `*` or `#`. It may be part of somebody's PIN, so it cannot be printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(char);

impl Key {
    /// Says no at the gate.
    pub const NINE: Self = Self('9');
    const STAR: Self = Self('*');
    const HASH: Self = Self('#');

    /// The key with this sign on it.
    pub fn new(sign: char) -> Option<Self> {
        (sign.is_ascii_digit() || sign == '*' || sign == '#').then_some(Self(sign))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Keys to be pressed one after the other. Public: it comes from the configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct Sequence(Vec<Key>);

/// Why something is no sequence of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no sequence of keys: write 1 to {most} of 0123456789*#", most = Sequence::MOST)]
pub struct NoSequence(String);

impl Sequence {
    /// Most keys of one.
    pub const MOST: usize = 4;

    /// Reads it as it stands in the configuration.
    pub fn new(text: &str) -> Result<Self, NoSequence> {
        let keys: Option<Vec<Key>> = text.chars().map(Key::new).collect();
        keys.filter(|keys| (1..=Self::MOST).contains(&keys.len()))
            .map(Self)
            .ok_or_else(|| NoSequence(text.chars().take(40).collect()))
    }

    /// Begins with `*`.
    pub fn is_starred(&self) -> bool {
        self.0.first() == Some(&Key::STAR)
    }

    /// Begins with one of `0` to `9`.
    pub fn is_plain(&self) -> bool {
        self.0.first().is_some_and(|key| key.0.is_ascii_digit())
    }

    /// One of both is read before the other can be: they cannot stand beside each other.
    pub fn conflicts(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|key| write!(f, "{}", key.0))
    }
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What can be asked for by the keys of a phone, votes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhoneCommand {
    /// Raise a hand, or lower it.
    Hand,
    /// Mute oneself, or unmute.
    Mute,
    /// The rest is for those who run the conference.
    Lock,
    MuteAll,
    Record,
    Extend,
    /// For all; asks first.
    End,
    /// Ring the attendant's station again.
    CallAttendant,
}

impl PhoneCommand {
    /// Only for the attendant and the moderators.
    pub fn is_for_hosts(self) -> bool {
        !matches!(self, Self::Hand | Self::Mute)
    }
}

/// Which keys mean what, and what is heard then.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRules {
    /// None of them begins with another one.
    pub commands: BTreeMap<PhoneCommand, Sequence>,
    /// Yes and no; none: nobody votes by phone.
    pub votes: Option<[Sequence; 2]>,
    /// After so long without a key the next one begins anew.
    pub pause: Duration,
    /// The end for all waits so long for the second press.
    pub sure: Duration,
    /// How much longer it goes on by the key for that.
    pub extend_seconds: u32,
    /// Ballots are secret unless the request says otherwise.
    pub secret: bool,
    pub sounds: KeySounds,
}

/// What is played to whoever pressed, and, when a vote opens, to all. None: nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySounds {
    pub hand_up: Option<SoundFile>,
    pub hand_down: Option<SoundFile>,
    pub accepted: Option<SoundFile>,
    pub refused: Option<SoundFile>,
    /// Press again to end it for all.
    pub sure: Option<SoundFile>,
    pub vote: Option<SoundFile>,
}

impl Default for KeySounds {
    /// Tones, so that it works without any file.
    fn default() -> Self {
        let tone = |tones: &str| SoundFile::new(format!("tone_stream://v=-17;{tones}")).ok();
        Self {
            hand_up: tone("%(120,40,700);%(160,0,1400)"),
            hand_down: tone("%(120,40,1400);%(160,0,700)"),
            accepted: tone("%(180,0,1650)"),
            refused: tone("%(150,80,350);%(150,80,350);%(250,0,350)"),
            sure: tone("%(100,80,1850);%(100,80,1850);%(100,0,1850)"),
            vote: tone("%(250,50,900);%(250,50,1350);%(350,0,900)"),
        }
    }
}

impl Default for KeyRules {
    fn default() -> Self {
        let starred = [
            (PhoneCommand::Hand, "*9"),
            (PhoneCommand::Mute, "*6"),
            (PhoneCommand::Lock, "*5"),
            (PhoneCommand::MuteAll, "*7"),
            (PhoneCommand::Record, "*4"),
            (PhoneCommand::Extend, "*3"),
            (PhoneCommand::End, "*8"),
            (PhoneCommand::CallAttendant, "*0"),
        ];
        let commands = starred.into_iter().filter_map(|(command, text)| Some((command, Sequence::new(text).ok()?)));
        let votes = ["1", "2"].map(Sequence::new);
        Self {
            commands: commands.collect(),
            votes: match votes {
                [Ok(yes), Ok(no)] => Some([yes, no]),
                _ => None,
            },
            pause: Duration::from_secs(4),
            sure: Duration::from_secs(6),
            extend_seconds: 900,
            secret: false,
            sounds: KeySounds::default(),
        }
    }
}

/// What was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    Command(PhoneCommand),
    /// The end for all, for the first time: it is done when it is pressed again, or `#`, soon.
    AskEnd,
    Vote {
        yes: bool,
    },
}

impl KeyRules {
    fn read(&self, keys: &[Key], voting: bool) -> Option<Read> {
        let command = self.commands.iter().find(|(_, sequence)| sequence.0 == keys);
        let votes = self.votes.iter().flatten().zip([true, false]).filter(|_| voting);
        command
            .map(|(command, _)| Read::Command(*command))
            .or_else(|| votes.into_iter().find(|(sequence, _)| sequence.0 == keys).map(|(_, yes)| Read::Vote { yes }))
    }

    /// More keys may make something of these.
    fn begins(&self, keys: &[Key], voting: bool) -> bool {
        let votes = self.votes.iter().flatten().filter(|_| voting);
        self.commands.values().chain(votes).any(|sequence| sequence.0.starts_with(keys))
    }
}

/// Reads the keys of one phone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyReader {
    kept: Vec<Key>,
    last: Timestamp,
    sure_until: Option<Timestamp>,
}

impl KeyReader {
    /// One more key. Votes are read only while there is one.
    pub fn press(&mut self, now: Timestamp, key: Key, rules: &KeyRules, voting: bool) -> Option<Read> {
        if now.since(self.last) > rules.pause {
            self.kept.clear();
        }
        self.last = now;
        self.sure_until = self.sure_until.filter(|until| now <= *until);
        if self.kept.is_empty() && key == Key::HASH && self.sure_until.take().is_some() {
            return Some(Read::Command(PhoneCommand::End));
        }
        self.kept.push(key);
        loop {
            if let Some(read) = rules.read(&self.kept, voting) {
                self.kept.clear();
                return Some(self.ask_first(now, read, rules));
            }
            if rules.begins(&self.kept, voting) {
                return None;
            }
            // Mistyped: only a new star begins anew. What follows a wrong star is no vote.
            match self.kept.iter().skip(1).position(|key| *key == Key::STAR) {
                Some(before) => drop(self.kept.drain(..=before)),
                None => {
                    self.kept.clear();
                    return None;
                }
            }
        }
    }

    fn ask_first(&mut self, now: Timestamp, read: Read, rules: &KeyRules) -> Read {
        let sure = self.sure_until.take().is_some();
        if read == Read::Command(PhoneCommand::End) && !sure {
            self.sure_until = Some(now.plus(rules.sure));
            return Read::AskEnd;
        }
        read
    }

    /// Nothing is kept.
    pub fn is_idle(&self) -> bool {
        self.kept.is_empty() && self.sure_until.is_none()
    }

    /// How many keys are kept.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }
}

/// Keys we pressed for somebody come back as those of whoever is at the other end, if that is a member of a room of this
/// switch, too. They are ours, and nobody's there. Of the two ends of such a call one called this switch: between two
/// whom we rang there is none.
#[derive(Clone, Debug, Default)]
pub struct Echoes(Vec<Echo>);

#[derive(Clone, Debug)]
struct Echo {
    /// Whose far end hears them, and whether they called.
    from: ChannelId,
    called: bool,
    keys: Vec<Option<Key>>,
    until: Timestamp,
    /// Where they came back, the first key decides, and how far they have come.
    heard: Option<(ChannelId, usize)>,
}

/// They take so long to be pressed, each, and to come back.
const A_KEY: Duration = Duration::from_millis(500);
const THE_WAY: Duration = Duration::from_secs(3);

impl Echoes {
    /// We are about to press these.
    pub fn expect(&mut self, now: Timestamp, from: ChannelId, called: bool, digits: &Digits) {
        let keys: Vec<Option<Key>> = digits.as_str().chars().map(Key::new).collect();
        let count = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let until = now.plus(A_KEY.saturating_mul(count).saturating_add(THE_WAY));
        self.0.retain(|echo| now <= echo.until);
        self.0.push(Echo { from, called, keys, until, heard: None });
    }

    /// It may be one of ours that came back: in their order, from the first.
    pub fn is_one(&mut self, now: Timestamp, channel: ChannelId, called: bool, key: Key) -> bool {
        self.0.retain(|echo| now <= echo.until);
        for echo in self.0.iter_mut().filter(|echo| echo.from != channel && (called || echo.called)) {
            let (at, mut heard) = echo.heard.unwrap_or((channel, 0));
            // There is one far end: what others press meanwhile is their own.
            if at != channel {
                continue;
            }
            // No phone is told of the keys A to D.
            while echo.keys.get(heard) == Some(&None) {
                heard += 1;
            }
            if echo.keys.get(heard) == Some(&Some(key)) {
                echo.heard = Some((at, heard + 1));
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const SIGNS: [char; 12] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];

    fn at(ms: i64) -> Timestamp {
        Timestamp(1_000_000 + ms)
    }

    fn typed(reader: &mut KeyReader, text: &str, begin: i64, voting: bool) -> Vec<Read> {
        let rules = KeyRules::default();
        let press = |(n, sign): (usize, char)| {
            let now = at(begin + 300 * i64::try_from(n).unwrap());
            reader.press(now, Key::new(sign).unwrap(), &rules, voting)
        };
        text.chars().enumerate().filter_map(press).collect()
    }

    fn read(text: &str, voting: bool) -> Vec<Read> {
        typed(&mut KeyReader::default(), text, 0, voting)
    }

    #[test]
    fn keys_that_come_back_are_one_channels_and_nobody_elses() {
        let channel = |n| ChannelId(Uuid::from_u128(n));
        let mut echoes = Echoes::default();
        let key = |sign| Key::new(sign).unwrap();
        echoes.expect(at(0), channel(1), false, &Digits::try_from("12".to_owned()).unwrap());
        assert!(echoes.is_one(at(100), channel(2), true, key('1')), "the far end's");
        assert!(!echoes.is_one(at(200), channel(3), true, key('1')), "somebody's own");
        assert!(echoes.is_one(at(300), channel(2), true, key('2')));
        assert!(!echoes.is_one(at(400), channel(2), true, key('2')), "and once");
    }

    #[test]
    fn what_is_typed_is_what_is_meant() {
        use PhoneCommand::{Hand, Lock, Mute};
        assert_eq!(read("*9", false), [Read::Command(Hand)]);
        assert_eq!(read("9*6*5", false), [Read::Command(Mute), Read::Command(Lock)]);
        assert_eq!(read("**9", false), [Read::Command(Hand)], "a star too many");
        assert_eq!(read("*#*9", false), [Read::Command(Hand)]);
        assert_eq!(read("1 2".replace(' ', "").as_str(), false), [], "nobody votes");
        assert_eq!(read("12", true), [Read::Vote { yes: true }, Read::Vote { yes: false }]);
        assert_eq!(read("*1", true), [], "mistyped, and no vote");
        assert_eq!(read("*91", true), [Read::Command(Hand), Read::Vote { yes: true }]);
    }

    #[test]
    fn the_end_for_all_is_pressed_twice_or_confirmed_and_soon() {
        use PhoneCommand::{End, Mute};
        assert_eq!(read("*8", false), [Read::AskEnd]);
        assert_eq!(read("*8*8", false), [Read::AskEnd, Read::Command(End)]);
        assert_eq!(read("*8#", false), [Read::AskEnd, Read::Command(End)]);
        assert_eq!(read("#", false), []);
        assert_eq!(read("*8*6#", false), [Read::AskEnd, Read::Command(Mute)], "something else was done meanwhile");
        let mut reader = KeyReader::default();
        assert_eq!(typed(&mut reader, "*8", 0, false), [Read::AskEnd]);
        assert_eq!(typed(&mut reader, "*8", 10_000, false), [Read::AskEnd], "too late");
        assert_eq!(typed(&mut reader, "#", 20_000, false), []);
        assert!(reader.is_idle());
    }

    #[test]
    fn keys_are_read_from_the_configuration_and_never_printed() {
        for bad in ["", "*", "12345", "*a", "*9 ", "1,2"] {
            assert_eq!(Sequence::new(bad).is_ok(), bad == "*", "{bad:?}");
        }
        let sequence = |text| Sequence::new(text).unwrap();
        assert!(sequence("*1").conflicts(&sequence("*12")) && !sequence("*1").conflicts(&sequence("*21")));
        assert_eq!(format!("{:?}", Key::new('7')), "Some(Key(…))");
        assert_eq!(Key::new('A'), None);
        for (n, one) in KeyRules::default().commands.values().enumerate() {
            assert!(one.is_starred());
            assert!(KeyRules::default().commands.values().skip(n + 1).all(|other| !one.conflicts(other)));
        }
        let KeySounds { hand_up, hand_down, accepted, refused, sure, vote } = KeySounds::default();
        assert!([hand_up, hand_down, accepted, refused, sure, vote].iter().all(Option::is_some));
    }

    #[test]
    fn what_we_pressed_is_nobodys_key_and_what_others_press_is_theirs() {
        let channel = |n| ChannelId(Uuid::from_u128(n));
        let key = |sign| Key::new(sign).unwrap();
        let mut echoes = Echoes::default();
        echoes.expect(at(0), channel(1), false, &"17A#".to_owned().try_into().unwrap());
        assert!(!echoes.is_one(at(100), channel(1), true, key('1')), "they pressed it themselves");
        assert!(!echoes.is_one(at(100), channel(2), true, key('7')), "not how it begins");
        assert!(!echoes.is_one(at(100), channel(4), false, key('1')), "both were rung: they are not each other's end");
        for sign in ['1', '7', '#'] {
            assert!(echoes.is_one(at(200), channel(2), true, key(sign)));
        }
        assert!(!echoes.is_one(at(300), channel(2), true, key('1')), "once is enough");
        assert!(!echoes.is_one(at(60_000), channel(3), true, key('1')), "that was long ago");
    }

    proptest! {
        /// Never more than four keys are kept; after a pause nothing of what was pressed before counts; and whatever
        /// was pressed before, a sequence pressed after a pause is read.
        #[test]
        fn little_is_kept_and_not_for_long(
            presses in prop::collection::vec((0..12usize, 0..9_000i64), 0..60),
            voting in any::<bool>(),
            wanted in 0..8usize,
        ) {
            let rules = KeyRules::default();
            let (mut reader, mut now) = (KeyReader::default(), 0);
            for (sign, pause) in presses {
                now += pause;
                let before = reader.kept();
                reader.press(at(now), Key::new(SIGNS[sign]).unwrap(), &rules, voting);
                prop_assert!(reader.kept() <= Sequence::MOST);
                if pause > 4_000 {
                    prop_assert!(reader.kept() <= 1, "{before} were kept over a pause");
                }
            }
            let (command, sequence) = rules.commands.iter().nth(wanted).unwrap();
            let read = typed(&mut reader, &sequence.to_string(), now + 20_000, voting);
            let expected = if *command == PhoneCommand::End { Read::AskEnd } else { Read::Command(*command) };
            prop_assert_eq!(read, [expected]);
            prop_assert_eq!(reader.kept(), 0);
        }
    }
}

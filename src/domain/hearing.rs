//! Who must not hear whom in a room: sidebars and coaches, as mod_conference's relations.
//!
//! A relation belongs to the speaker, one for each listener, and only `nospeak` is used: a listener who must not hear.
//! No event tells of relations, so they are asked for and compared.

use std::collections::{BTreeMap, BTreeSet};

/// Most members one command names on a side; mod_conference reads 100.
const MOST_IDS: usize = 50;

/// The switch's number of a member.
pub type Member = u32;

/// Pairs of speaker and listener, where the listener must not hear.
pub type Blocked = BTreeSet<(Member, Member)>;

/// Every relation there is, from one member towards another: whether it is one of ours, `nospeak` and no more. One of
/// another kind was made by somebody's hand.
pub type Relations = BTreeMap<(Member, Member), bool>;

/// Where somebody in a room stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<Id> {
    pub id: Id,
    pub member: Member,
    /// The sidebar they are in; none: the room.
    pub sidebar: Option<u32>,
    /// The only one who hears them.
    pub coaches: Option<Id>,
}

/// Who must not hear whom, for everybody in the room.
pub fn blocked<Id: Copy + PartialEq>(places: &[Place<Id>]) -> Blocked {
    let mut blocked = Blocked::new();
    for speaker in places {
        for listener in places {
            let apart = speaker.sidebar != listener.sidebar;
            let coached = speaker.coaches.is_none_or(|whom| whom == listener.id);
            if speaker.member != listener.member && (apart || !coached) {
                blocked.insert((speaker.member, listener.member));
            }
        }
    }
    blocked
}

/// One `relate` command: all these speakers towards all these listeners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relate {
    pub speakers: Vec<Member>,
    pub listeners: Vec<Member>,
    /// The listeners are not to hear the speakers; or they may again.
    pub block: bool,
}

/// The fewest commands that come to mind: speakers with the same listeners share one.
pub fn commands(pairs: &Blocked, block: bool) -> Vec<Relate> {
    let mut by_speaker: BTreeMap<Member, Vec<Member>> = BTreeMap::new();
    for (speaker, listener) in pairs {
        by_speaker.entry(*speaker).or_default().push(*listener);
    }
    let mut by_listeners: BTreeMap<Vec<Member>, Vec<Member>> = BTreeMap::new();
    for (speaker, listeners) in by_speaker {
        by_listeners.entry(listeners).or_default().push(speaker);
    }
    let mut commands = Vec::new();
    for (listeners, speakers) in by_listeners {
        for speakers in speakers.chunks(MOST_IDS) {
            for listeners in listeners.chunks(MOST_IDS) {
                commands.push(Relate { speakers: speakers.to_vec(), listeners: listeners.to_vec(), block });
            }
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(member: Member, sidebar: Option<u32>, coaches: Option<u32>) -> Place<u32> {
        Place { id: member, member, sidebar, coaches }
    }

    #[test]
    fn two_apart_hear_only_each_other() {
        let places = [place(1, Some(1), None), place(2, Some(1), None), place(3, None, None), place(4, None, None)];
        let expected = [(1, 3), (1, 4), (2, 3), (2, 4), (3, 1), (3, 2), (4, 1), (4, 2)];
        assert_eq!(blocked(&places), Blocked::from(expected));
        let commands = commands(&blocked(&places), true);
        let relate = |speakers: [u32; 2], listeners: [u32; 2]| Relate {
            speakers: speakers.into(),
            listeners: listeners.into(),
            block: true,
        };
        assert_eq!(commands, [relate([3, 4], [1, 2]), relate([1, 2], [3, 4])]);
    }

    #[test]
    fn a_coach_is_heard_by_one_and_hears_all() {
        let places = [place(1, None, Some(2)), place(2, None, None), place(3, None, None)];
        assert_eq!(blocked(&places), Blocked::from([(1, 3)]));
        let gone = [place(1, None, Some(9)), place(2, None, None)];
        assert_eq!(blocked(&gone), Blocked::from([(1, 2)]), "whom they coach is gone: nobody hears them");
    }

    proptest! {
        /// The commands name each pair once, and none that was not meant.
        #[test]
        fn commands_say_just_what_is_meant(pairs in prop::collection::btree_set((0..9u32, 10..90u32), 0..60)) {
            let mut said = Vec::new();
            for relate in commands(&pairs, true) {
                prop_assert!(relate.speakers.len() <= MOST_IDS && relate.listeners.len() <= MOST_IDS);
                said.extend(relate.speakers.iter().flat_map(|s| relate.listeners.iter().map(move |l| (*s, *l))));
            }
            let distinct: Blocked = said.iter().copied().collect();
            prop_assert_eq!(said.len(), distinct.len());
            prop_assert_eq!(distinct, pairs);
        }
    }
}

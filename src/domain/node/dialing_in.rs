//! Dialing in: somebody calls an access number, is asked for a PIN, and comes into the conference it belongs to.
//!
//! Until they are in, the hook has them, and nothing of them is journaled: if we die, the dialplan goes on with them.
//! What was guessed wrong is journaled with the conferences it may have been meant for.

use super::{
    Accepting, Ids, Node,
    answering::{refuse, variable},
};
use crate::domain::{
    cause::Reason,
    conference::{Conference, Leg, Participant},
    dial_in::{DialIn, DialInRules, DialInWish, Guess, Order, Pin, PinWish, Prompts, Typed},
    effect::{Command, Effect, KillCause, Tag},
    fact::{Fact, Person, Subject},
    ids::{ChannelId, ConferenceId, ParticipantId},
    request::{Actor, InputError, Refusal, RefusalCode},
    states::{ConferenceState, LegState},
    timers::Timer,
};
use std::time::Duration;

/// So often a generated PIN may be one that is taken, or obvious, before another length would be needed.
const DRAWS: usize = 1000;

/// Somebody who called an access number, and is not in a conference.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Visitor {
    access: String,
    name: String,
    number: String,
    /// How often they were asked, and how often what they pressed was wrong.
    asked: u32,
    wrong: u32,
    doing: Doing,
}

/// So many PINs of their own may somebody choose in so long.
const CHOSEN_PINS: usize = 10;
const CHOSEN_WITHIN: Duration = Duration::from_secs(30 * 60);

/// What a visitor does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Doing {
    Typing,
    /// Was right by what opened it then, and is let in as soon as that can be. Whether they were told to wait.
    Waiting(ConferenceId, DialIn, bool),
    /// Was told why not, and is hung up.
    Going,
}

/// Why somebody is not let in, and what they hear.
enum Word {
    Locked,
    Full,
    Closed,
    Refused,
}

impl Node {
    /// Our own link says that whoever called an access number is there.
    pub(super) fn visitor_came(&mut self, channel: ChannelId, access: &str, name: String, number: String) {
        let Some(rules) = &self.rules.dial_in else {
            // Nobody can dial in: the dialplan has a last word for them.
            return self.effect(Effect::HookRelease(channel));
        };
        let known = rules.number(access).map(|one| one.number.clone());
        let mut visitor = Visitor {
            access: known.clone().unwrap_or_default(),
            name,
            number,
            asked: 0,
            wrong: 0,
            doing: Doing::Going,
        };
        let word = match known {
            None => Some(Word::Closed),
            Some(access) => match self.without_pin(&access) {
                Some((open, opened)) => {
                    visitor.doing = Doing::Waiting(open, opened, false);
                    None
                }
                None if self.open_at(&access).next().is_none() => Some(Word::Closed),
                None if self.guesses_too_much(&visitor) => Some(Word::Refused),
                None => {
                    visitor.doing = Doing::Typing;
                    None
                }
            },
        };
        let typing = visitor.doing == Doing::Typing;
        self.visitors.insert(channel, visitor);
        match word {
            Some(word) => self.send_away(channel, &word),
            None if typing => self.ask_for_pin(channel, false),
            None => {}
        }
    }

    /// They pressed keys, or none in time.
    pub(super) fn visitor_typed(&mut self, channel: ChannelId, typed: &Typed) {
        let Some(visitor) = self.visitors.get(&channel).filter(|visitor| visitor.doing == Doing::Typing) else {
            return;
        };
        if self.open_at(&visitor.access).next().is_none() {
            return self.send_away(channel, &Word::Closed);
        }
        // Asked again, because others may have guessed meanwhile; and what is not judged tells nobody anything.
        if self.guesses_too_much(visitor) {
            return self.send_away(channel, &Word::Refused);
        }
        let opens = |c: &&Conference| opening(c).and_then(|open| open.pin.as_ref()).is_some_and(|pin| typed.is(pin));
        let found = self.open_at(&visitor.access).find(opens).and_then(|c| Some((c.id, opening(c)?.clone())));
        if let Some((found, opened)) = found {
            self.change_visitor(channel, |visitor| visitor.doing = Doing::Waiting(found, opened, false));
            return;
        }
        if !typed.is_empty() {
            self.wrong_pin(channel);
        }
        let attempts = self.rules.dial_in.as_ref().map_or(0, |rules| rules.attempts);
        let Some(visitor) = self.visitors.get(&channel) else { return };
        if visitor.asked >= attempts || self.guesses_too_much(visitor) {
            self.send_away(channel, &Word::Refused);
        } else {
            self.ask_for_pin(channel, !typed.is_empty());
        }
    }

    fn wrong_pin(&mut self, channel: ChannelId) {
        self.change_visitor(channel, |visitor| visitor.wrong += 1);
        let Some(visitor) = self.visitors.get(&channel) else { return };
        let (access, number, times) = (visitor.access.clone(), self.caller_key(&visitor.number), visitor.wrong);
        let meant: Vec<ConferenceId> = self.open_at(&access).map(|c| c.id).collect();
        let Some(rules) = &self.rules.dial_in else { return };
        // Whether this one is the last is known before it is written.
        let mut with_this = self.guesses.clone();
        let this = Guess { at: self.now, access: access.clone(), number: number.clone(), channel, times };
        with_this.note(this, rules.guesses.window);
        let locked_out = with_this.caller_is_out(self.now, &rules.guesses, &number).is_some();
        for id in meant {
            let (access, number) = (access.clone(), number.clone());
            self.conference_fact(id, Fact::WrongPin { access, number, channel, times, locked_out });
        }
    }

    /// This caller, or all at this access number together.
    fn guesses_too_much(&self, visitor: &Visitor) -> bool {
        self.rules.dial_in.as_ref().is_some_and(|rules| {
            let number = self.caller_key(&visitor.number);
            self.guesses.caller_is_out(self.now, &rules.guesses, &number).is_some()
                || self.guesses.number_is_shut(self.now, &rules.guesses, &visitor.access).is_some()
        })
    }

    /// Whose number this is, if it is anybody's.
    fn identity(&self, number: &str) -> Option<String> {
        let normal = self.rules.numbering.normalise(number).ok().map(|number| number.to_string());
        normal.or_else(|| self.rules.stations.contains_key(number).then(|| number.to_owned()))
    }

    /// However the network writes it; those who withhold theirs share one.
    fn caller_key(&self, number: &str) -> String {
        self.rules.numbering.normalise(number).map_or_else(|_| number.trim().to_owned(), |number| number.to_string())
    }

    fn ask_for_pin(&mut self, channel: ChannelId, was_wrong: bool) {
        self.change_visitor(channel, |visitor| visitor.asked += 1);
        let Some(rules) = &self.rules.dial_in else { return };
        let mut say = if was_wrong { rules.prompts.wrong.clone() } else { Vec::new() };
        say.extend(rules.prompts.ask.iter().cloned());
        let order = Order::Ask { say, digits: rules.pin_length, wait: rules.wait };
        self.effect(Effect::HookOrder(channel, order));
    }

    fn send_away(&mut self, channel: ChannelId, word: &Word) {
        self.change_visitor(channel, |visitor| visitor.doing = Doing::Going);
        let Some(rules) = &self.rules.dial_in else { return };
        let Prompts { locked, full, closed, refused, .. } = &rules.prompts;
        let say = match word {
            Word::Locked => locked,
            Word::Full => full,
            Word::Closed => closed,
            Word::Refused => refused,
        };
        let order = Order::Out { say: say.clone() };
        self.effect(Effect::HookOrder(channel, order));
    }

    fn change_visitor(&mut self, channel: ChannelId, change: impl FnOnce(&mut Visitor)) {
        if let Some(visitor) = self.visitors.get_mut(&channel) {
            change(visitor);
        }
    }

    /// After everything that happened: who was right is let in as soon as there is a room.
    pub(super) fn look_after_visitors(&mut self, ids: &mut dyn Ids) {
        let waiting: Vec<(ChannelId, ConferenceId, DialIn, bool)> = self
            .visitors
            .iter()
            .filter_map(|(channel, visitor)| match &visitor.doing {
                Doing::Waiting(to, opened, told) => Some((*channel, *to, opened.clone(), *told)),
                Doing::Typing | Doing::Going => None,
            })
            .collect();
        for (channel, to, opened, told) in waiting {
            // A PIN that was changed meanwhile lets nobody in.
            let open = |c: &&Conference| opening(c) == Some(&opened);
            let Some(conference) = self.conferences.get(&to).filter(open) else {
                self.send_away(channel, &Word::Closed);
                continue;
            };
            let there = conference.state == ConferenceState::Live && conference.room_lives && self.link_works();
            if !there {
                if !told {
                    self.change_visitor(channel, |visitor| visitor.doing = Doing::Waiting(to, opened, true));
                    let say = self.rules.dial_in.as_ref().map(|rules| rules.prompts.wait.clone()).unwrap_or_default();
                    self.effect(Effect::HookOrder(channel, Order::Wait { say }));
                }
            } else if conference.locked {
                self.send_away(channel, &Word::Locked);
            } else if self.has_no_place(conference) {
                self.send_away(channel, &Word::Full);
            } else {
                self.guest_joins(channel, to, ids);
            }
        }
    }

    fn has_no_place(&self, conference: &Conference) -> bool {
        // They have their session already.
        self.allow_legs(conference.owner.id, 0, conference.active().count() + 1).is_err()
            || self.apply_for(1, 0).is_err()
    }

    fn guest_joins(&mut self, channel: ChannelId, to: ConferenceId, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&to) else { return };
        let Some(room) = self.room_of(conference) else { return };
        let Some(Visitor { name, number, .. }) = self.visitors.remove(&channel) else { return };
        // Who is asked for, or was in before, is who they were; but somebody who is in has a phone already, and a number
        // that anybody can claim makes nobody a host.
        let may_be = |p: &&Participant| !is_in(p) && !conference.is_trusted(p) && self.is_at(p, &number);
        let known = conference.participants.iter().find(may_be).map(|p| p.id);
        let rung: Vec<ChannelId> = known
            .and_then(|known| conference.participant(known))
            .into_iter()
            .flat_map(|p| p.active().map(|leg| leg.id).collect::<Vec<_>>())
            .collect();
        let ports = if known.is_some() { conference.ports } else { conference.ports.saturating_add(1) };
        let participant = known.unwrap_or_else(|| ParticipantId::new(ids.uuid()));
        let park = self.rules.times.park.as_secs().to_string();
        self.conference_fact(to, Fact::GuestDialsIn { participant, leg: channel, name, number, ports });
        // They are here: their phone need not ring.
        for leg in rung {
            self.unwant(to, participant, leg, Reason::LostRace, ids);
        }
        self.screen(to, participant, channel);
        let door = self.door(to, participant, channel, true);
        let variables = [
            variable("park_timeout", park),
            variable("switchboard_conference", to.to_string()),
            variable("switchboard_participant", participant.to_string()),
        ];
        self.effect(Effect::HookRelease(channel));
        self.set_variables(channel, channel, variables.into_iter().flatten().collect());
        self.command(Tag::Enter(channel), channel, Command::EnterRoom { channel, room, door });
        self.timers.set(Timer::JoinDue(channel), self.now.plus(self.rules.times.moving));
    }

    /// Has this number: by what is dialed, or by what they called from.
    fn is_at(&self, person: &Participant, number: &str) -> bool {
        // Who withholds their number is not everybody else who does.
        let Some(key) = self.identity(number) else { return false };
        let same = |other: &str| self.identity(other).as_ref() == Some(&key);
        person.dials.iter().any(|dial| same(&dial.number)) || person.legs.iter().any(|leg| same(&leg.number))
    }

    /// The room did not take them, or nobody told it to: they are asked for the PIN again.
    pub(super) fn guest_is_asked_again(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        ids: &mut dyn Ids,
    ) {
        let dismissed = self.leg(id, participant, leg).is_none_or(|leg| leg.unwanted.is_some());
        let way_back = self.rules.dial_in.as_ref().map(|rules| rules.way_back.clone());
        match way_back.filter(|_| !dismissed) {
            Some(way_back) => {
                self.leg_over(id, participant, leg, Reason::MoveFailed.into(), ids);
                self.effect(Effect::HookRelease(leg));
                self.command(Tag::Quiet(leg), leg, Command::ReturnToWaiting { channel: leg, way_back });
            }
            None => {
                self.kill(leg, KillCause::NormalClearing);
                self.probe(leg);
            }
        }
    }

    /// Conferences that can be dialed into by this number.
    fn open_at(&self, access: &str) -> impl Iterator<Item = &Conference> {
        self.conferences.values().filter(move |c| opening(c).is_some_and(|open| open.access == access))
    }

    /// The one whoever dials this number is in.
    fn without_pin(&self, access: &str) -> Option<(ConferenceId, DialIn)> {
        let free = |c: &Conference| opening(c).filter(|open| open.pin.is_none()).map(|open| (c.id, open.clone()));
        self.open_at(access).find_map(free)
    }
}

// What is asked for.
impl Node {
    pub(super) fn open_dial_in(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        wish: &DialInWish,
        ids: &mut dyn Ids,
    ) -> Accepting {
        let has = self.conference_of(id, actor)?.dial_in.clone();
        // Asked for once more, what there is stays.
        let kept = has.filter(|has| {
            let same_number = wish.access_number.as_deref().is_none_or(|typed| is_number(&has.access, typed));
            same_number && wish.pin == PinWish::Generated && has.pin.is_some()
        });
        if kept.is_none() {
            self.set_dial_in(actor, id, wish, ids)?;
        }
        Ok(id)
    }

    pub(super) fn change_pin(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        pin: &PinWish,
        ids: &mut dyn Ids,
    ) -> Accepting {
        let Some(has) = &self.conference_of(id, actor)?.dial_in else {
            return Err(refuse(
                RefusalCode::WrongState,
                "nobody can dial into this conference; open it for dialing in first",
            ));
        };
        let wish = DialInWish { access_number: Some(has.access.clone()), pin: pin.clone() };
        self.set_dial_in(actor, id, &wish, ids)?;
        Ok(id)
    }

    pub(super) fn close_dial_in(&mut self, actor: &Actor, id: ConferenceId, ids: &mut dyn Ids) -> Accepting {
        if self.conference_of(id, actor)?.dial_in.is_some() {
            self.record(Subject::Conference(id), Some(actor.into()), Fact::DialInClosed);
            self.look_after_visitors(ids);
        }
        Ok(id)
    }

    fn set_dial_in(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        wish: &DialInWish,
        ids: &mut dyn Ids,
    ) -> Result<(), Refusal> {
        self.may_choose(actor, Some(id), wish)?;
        let dial_in = self.dial_in_wanted(Some(id), wish, ids)?;
        if self.conferences.get(&id).is_some_and(|c| c.dial_in.as_ref() != Some(&dial_in)) {
            self.record(Subject::Conference(id), Some(Person::from(actor)), Fact::DialInOpened { dial_in });
            self.look_after_visitors(ids);
        }
        Ok(())
    }

    /// Whether a PIN can be had tells whether somebody else has it, so nobody tries many. Not journaled: a restart is no
    /// way to try more that anybody has.
    pub(super) fn may_choose(
        &mut self,
        actor: &Actor,
        id: Option<ConferenceId>,
        wish: &DialInWish,
    ) -> Result<(), Refusal> {
        let PinWish::Given(pin) = &wish.pin else { return Ok(()) };
        let has = id.and_then(|id| self.conferences.get(&id)?.dial_in.as_ref());
        if has.is_some_and(|has| has.pin.as_ref() == Some(pin)) {
            return Ok(());
        }
        let now = self.now;
        let tried = self.chosen_pins.entry(actor.id).or_default();
        tried.retain(|at| now.since(*at) < CHOSEN_WITHIN);
        if tried.len() >= CHOSEN_PINS {
            let detail = format!(
                "you have chosen {CHOSEN_PINS} PINs within {} minutes; let one be generated, or wait",
                CHOSEN_WITHIN.as_secs() / 60
            );
            return Err(refuse(RefusalCode::Limit, detail));
        }
        tried.push(now);
        Ok(())
    }

    /// What is wished for, if it can be had: for a conference there is, or a new one.
    pub(super) fn dial_in_wanted(
        &self,
        id: Option<ConferenceId>,
        wish: &DialInWish,
        ids: &mut dyn Ids,
    ) -> Result<DialIn, Refusal> {
        let Some(rules) = &self.rules.dial_in else {
            return Err(refuse(
                RefusalCode::WrongState,
                "nobody can dial in here: the configuration names no access number ([dial_in])",
            ));
        };
        let has = id.and_then(|id| self.conferences.get(&id)?.dial_in.clone());
        let access = match (&wish.access_number, &has) {
            (Some(typed), _) => number_of(rules, typed)?,
            (None, Some(has)) => has.access.clone(),
            (None, None) => rules.numbers.first().map(|one| one.number.clone()).unwrap_or_default(),
        };
        let wanted = |pin| DialIn { access: access.clone(), pin };
        let others = || self.open_at(&access).filter(|c| Some(c.id) != id);
        match &wish.pin {
            PinWish::None if others().next().is_some() => Err(refuse(
                RefusalCode::WrongState,
                format!(
                    "another conference can be dialed into at {access}, so it takes a PIN to tell them apart; ask for \
                     one, or use another access number"
                ),
            )),
            PinWish::Generated | PinWish::Given(_) if others().any(|c| opening(c).is_some_and(|o| o.pin.is_none())) => {
                Err(refuse(
                    RefusalCode::WrongState,
                    format!(
                        "at {access} whoever dials comes into another conference, without a PIN; use another access \
                         number, or wait until that one is over"
                    ),
                ))
            }
            PinWish::None => Ok(wanted(None)),
            PinWish::Given(pin) => {
                let length = usize::from(rules.pin_length);
                if pin.reveal().len() != length {
                    return Err(bad_pin(format!("a PIN has {length} digits here")));
                }
                if pin.is_obvious() {
                    return Err(bad_pin("everybody would try this PIN first; choose another one".to_owned()));
                }
                let wanted = wanted(Some(pin.clone()));
                if self.is_free(id, &wanted) {
                    Ok(wanted)
                } else {
                    Err(bad_pin(format!("this PIN cannot be had at {access} now; choose another one")))
                }
            }
            PinWish::Generated => {
                let old = has.as_ref().and_then(|has| has.pin.as_ref());
                let mut draw = || Pin::of(ids.uuid().as_u64_pair().1.into(), rules.pin_length);
                let fits =
                    |pin: &Pin| !pin.is_obvious() && Some(pin) != old && self.is_free(id, &wanted(Some(pin.clone())));
                (0..DRAWS).map(|_| draw()).find(fits).map(|pin| wanted(Some(pin))).ok_or_else(|| {
                    refuse(RefusalCode::NoResources, format!("too few PINs are free at {access}; raise pin_length"))
                })
            }
        }
    }

    /// No other conference is open there in this way.
    pub(super) fn is_free(&self, id: Option<ConferenceId>, wanted: &DialIn) -> bool {
        !self.open_at(&wanted.access).filter(|c| Some(c.id) != id).filter_map(opening).any(|open| {
            // Without a PIN it must be the only one.
            open.pin.is_none() || wanted.pin.is_none() || open.pin == wanted.pin
        })
    }
}

/// How it can be dialed into, while it is not over.
fn opening(conference: &Conference) -> Option<&DialIn> {
    let ending = conference.is_over() || conference.state == ConferenceState::Ending;
    conference.dial_in.as_ref().filter(|_| !ending)
}

fn is_in(person: &Participant) -> bool {
    let inside = |leg: &Leg| leg.state == LegState::Joined || leg.joining || leg.unwanted.is_some();
    person.active().any(inside)
}

fn is_number(one: &str, other: &str) -> bool {
    one.trim_start_matches('+') == other.trim().trim_start_matches('+')
}

fn number_of(rules: &DialInRules, typed: &str) -> Result<String, Refusal> {
    rules.number(typed).map(|one| one.number.clone()).ok_or_else(|| {
        let known: Vec<&str> = rules.numbers.iter().map(|one| one.number.as_str()).collect();
        let detail = format!("{typed:?} is no access number here; choose one of {}", known.join(", "));
        let errors = vec![InputError { pointer: "/access_number".into(), detail: detail.clone() }];
        Refusal { code: RefusalCode::BadInput, detail, errors }
    })
}

fn bad_pin(detail: String) -> Refusal {
    let errors = vec![InputError { pointer: "/pin".into(), detail: detail.clone() }];
    Refusal { code: RefusalCode::BadInput, detail, errors }
}

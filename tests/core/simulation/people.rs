//! Callers who come and go, attendants who press everything, and the accidents of a house.

use super::{
    switch::{Death, Doing, Who},
    world::{Happening, World},
};
use crate::house::{olga, petra, supervisor};
use switchboard::domain::{
    announcement::Beep,
    conference::Participant,
    dial_in::{DialInWish, Pin, PinWish, Typed},
    ending::EndWishes,
    fact::Person,
    group::Group,
    ids::{CallId, ChannelId, ConferenceId, GroupId, ParticipantId},
    input::Input,
    node::Node,
    reach::Strategy,
    request::{Actor, Announced, NewConference, NewParticipant, Spare, Verb},
    setting::{Gain, Setting},
    speech::SpokenText,
    time::Timestamp,
};
use uuid::Uuid;

/// How rough the house of this seed is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accidents {
    pub link: bool,
    pub service: bool,
    pub switch: bool,
}

#[derive(Default)]
pub struct People {
    pub accidents: Accidents,
}

/// Something somebody does, and the plan to do more.
pub fn act(world: &mut World) {
    if world.quiet {
        return;
    }
    let next = world.now + world.chance.ms(5, 900);
    world.at(next, Happening::Act);
    let accidents = world.people.accidents;
    match world.chance.below(200) {
        0..16 => arrive(world),
        16..20 => ordinary_call(world),
        20..34 => somebody_hangs_up(world),
        34..42 if accidents.link => world.drop_link("an accident"),
        42..47 if accidents.service => world.kill_service(),
        47 if accidents.switch => world.restart_switch(),
        48 | 49 if accidents.switch => pause(world),
        50..53 => kicked_by_hand(world),
        78 if accidents.switch && accidents.service => {
            world.kill_service();
            world.restart_switch();
        }
        79 => a_stranger_enters(world),
        56 | 57 => world.switch.disk_is_full(),
        58..64 => dial_in(world),
        53..56 => world.compare(),
        64..78 => somebody_presses_keys(world),
        _ => ask(world),
    }
}

fn arrive(world: &mut World) {
    let waiting = world.switch.channels.values().filter(|channel| channel.who == Who::Caller).count();
    if waiting < 4 {
        let channel = world.new_channel();
        world.note(|| format!("a caller arrives: {channel}"));
        world.switch.arrive(channel);
    }
}

/// Sometimes from a phone that is being rung.
fn dial_in(world: &mut World) {
    let guests = world.switch.channels.values().filter(|channel| matches!(channel.who, Who::Guest(_))).count();
    if guests >= 4 {
        return;
    }
    let legs = world.service.iter().flat_map(|service| service.node.conferences()).flat_map(|c| c.active());
    let rung: Vec<String> = legs.map(|(_, leg)| leg.number.clone()).collect();
    let number = match world.chance.pick(&rung) {
        Some(number) if world.chance.percent(40) => number,
        _ => format!("03055{}", world.chance.ms(10, 40)),
    };
    let channel = world.new_channel();
    world.note(|| format!("{number} dials in: {channel}"));
    world.switch.dial_in(channel, number);
}

/// What somebody presses who is asked for a PIN: mostly one that there is.
pub fn keys(world: &mut World) -> Typed {
    let open = world.service.iter().flat_map(|service| service.node.conferences()).filter_map(|c| c.dial_in.as_ref());
    let pins: Vec<String> = open.filter_map(|open| Some(open.pin.as_ref()?.reveal().to_owned())).collect();
    match world.chance.pick(&pins) {
        Some(pin) if world.chance.percent(80) => Typed::new(pin),
        _ if world.chance.percent(50) => Typed::default(),
        _ => Typed::new("904117"),
    }
}

fn some_dial_in(world: &mut World) -> DialInWish {
    let pin = match world.chance.below(6) {
        0 => PinWish::None,
        1 => PinWish::Given(Pin::new("471100").expect("six digits")),
        _ => PinWish::Generated,
    };
    let access_number = world.chance.percent(20).then(|| "+4930555".to_owned());
    DialInWish { access_number, pin }
}

fn ordinary_call(world: &mut World) {
    let (outsider, station) = (world.new_channel(), world.new_channel());
    let name = world.chance.pick(&["1001", "1003", "1099"]).unwrap_or("1001");
    world.note(|| format!("an ordinary call: {outsider} with {name} at {station}"));
    world.switch.ordinary_call(outsider, station, &format!("sofia/internal/{name}@192.0.2.7:5060"));
}

fn somebody_hangs_up(world: &mut World) {
    let up: Vec<ChannelId> = world
        .switch
        .channels
        .iter()
        .filter(|(_, channel)| channel.answered || world.switch.is_caller_dialing(channel))
        .map(|(id, _)| *id)
        .collect();
    if let Some(channel) = world.chance.pick(&up) {
        world.note(|| format!("{channel} hangs up"));
        world.switch.hang_up(channel, "NORMAL_CLEARING", None, Death::Themselves);
    }
}

/// The operator kicks somebody at the switch's own console: the leg falls into the park behind the room.
fn kicked_by_hand(world: &mut World) {
    let members: Vec<ChannelId> = world
        .switch
        .channels
        .iter()
        .filter(|(_, channel)| matches!(channel.doing, Doing::Room(_)))
        .map(|(id, _)| *id)
        .collect();
    if let Some(channel) = world.chance.pick(&members) {
        world.note(|| format!("{channel} is kicked by hand"));
        world.switch.kick(channel);
    }
}

fn a_stranger_enters(world: &mut World) {
    let rooms: Vec<String> = world.switch.rooms.keys().cloned().collect();
    if let Some(room) = world.chance.pick(&rooms) {
        let channel = world.new_channel();
        world.note(|| format!("{channel} is put into {room} by hand"));
        world.switch.stranger(channel, &room);
    }
}

/// Keys of somebody's phone, meant or not.
fn somebody_presses_keys(world: &mut World) {
    let up: Vec<ChannelId> = world.switch.channels.iter().filter(|(_, c)| c.answered).map(|(id, _)| *id).collect();
    let Some(channel) = world.chance.pick(&up) else { return };
    let keys = world.chance.pick(&["*9", "*9", "1", "2", "*6", "*5", "*7", "*4", "*3", "*8", "*8*8", "*0", "**", "#"]);
    world.note(|| format!("{channel} presses keys"));
    world.switch.press_keys(channel, keys.unwrap_or("*"));
}

fn pause(world: &mut World) {
    world.switch.paused = !world.switch.paused;
    let health = world.switch.health();
    world.note(|| format!("paused: {}", health.paused));
    let now = world.now;
    world.tell_now(now, Input::Verified(health));
}

fn ask(world: &mut World) {
    let Some(service) = &world.service else { return };
    let owner = |person: &Person| [olga(), petra(), supervisor()].into_iter().find(|actor| actor.id == person.id);
    let calls: Vec<(CallId, Option<Actor>)> =
        service.node.calls().map(|call| (call.id, call.attendant.as_ref().and_then(owner))).collect();
    let conferences: Vec<(ConferenceId, Option<Actor>)> =
        service.node.conferences().filter(|c| !c.is_over()).map(|c| (c.id, owner(&c.owner))).collect();
    let somebody = world.chance.pick(&[olga(), petra(), olga(), petra(), supervisor()]).unwrap_or_else(olga);
    let (verb, theirs) = match world.chance.below(30) {
        0..16 => {
            let Some((id, owner)) = world.chance.pick(&calls) else { return };
            (Some(about_a_call(world, id)), owner)
        }
        16 => (Some(cold(world)), None),
        _ => {
            let Some((id, owner)) = world.chance.pick(&conferences) else { return };
            (about_a_conference(world, id), owner)
        }
    };
    // Mostly people mind their own business.
    let actor = theirs.filter(|_| world.chance.percent(85)).unwrap_or(somebody);
    if let Some(verb) = verb {
        world.request(&actor, &verb);
    }
}

fn about_a_call(world: &mut World, call_id: CallId) -> Verb {
    let conferences: Vec<ConferenceId> =
        world.service.iter().flat_map(|service| service.node.conferences().map(|c| c.id)).collect();
    if let Some(conference_id) = world.chance.pick(&conferences)
        && world.chance.percent(15)
    {
        return Verb::JoinCall { call_id, conference_id };
    }
    match world.chance.below(12) {
        0..4 => Verb::AnswerCall { call_id, station: None },
        4 | 5 => Verb::HoldCall { call_id },
        6 | 7 => Verb::ResumeCall { call_id },
        8 => Verb::HangupCall { call_id },
        _ => Verb::StartConference(NewConference {
            call_id: Some(call_id),
            participants: some_people(world),
            end_rules: some_end_rules(world),
            beep: world.chance.pick(&[None, None, Some(Beep::OnEnter), Some(Beep::Name)]).flatten(),
            groups: some_groups(world),
            dial_in: world.chance.percent(40).then(|| some_dial_in(world)),
            ..NewConference::default()
        }),
    }
}

fn cold(world: &mut World) -> Verb {
    let include_attendant = world.chance.percent(50);
    Verb::StartConference(NewConference {
        participants: some_people(world),
        groups: some_groups(world),
        include_attendant,
        attendant_first: include_attendant && world.chance.percent(40),
        wait_for_host: world.chance.percent(30),
        end_rules: some_end_rules(world),
        dial_in: world.chance.percent(40).then(|| some_dial_in(world)),
        ..NewConference::default()
    })
}

/// Half of the conferences end by themselves only when everybody has left.
fn some_end_rules(world: &mut World) -> EndWishes {
    if world.chance.percent(50) {
        return EndWishes::default();
    }
    let chance = &mut world.chance;
    let mut seconds = |percent, least, most| chance.percent(percent).then(|| chance.below(most - least) + least);
    let (nobody, max, grace) = (seconds(20, 2, 60), seconds(40, 5, 200), seconds(50, 0, 15));
    let some = |seconds: Option<usize>| seconds.and_then(|seconds| u32::try_from(seconds).ok());
    let mut perhaps = || Some(world.chance.percent(35));
    EndWishes {
        attendant_leaves: perhaps(),
        caller_leaves: perhaps(),
        one_left: perhaps(),
        nobody_seconds: some(nobody),
        max_seconds: some(max),
        warn_seconds: Some(vec![60, 10]),
        grace_seconds: some(grace),
    }
}

fn some_people(world: &mut World) -> Vec<NewParticipant> {
    let many = 1 + world.chance.below(3);
    (0..many).map(|_| somebody(world)).collect()
}

fn some_groups(world: &mut World) -> Vec<Group> {
    let group = |world: &mut World| Group {
        id: GroupId::new(Uuid::from_u128(1)),
        name: "crisis team".into(),
        participants: some_people(world),
        changed_at: Timestamp(0),
    };
    if world.chance.percent(20) { vec![group(world)] } else { Vec::new() }
}

fn somebody(world: &mut World) -> NewParticipant {
    let mut number = || match world.chance.below(3) {
        0 => format!("+4930{}", world.chance.ms(1_000, 9_999)),
        _ => format!("1{}", world.chance.ms(100, 999)),
    };
    let first = number();
    let second = number();
    let numbers = if world.chance.percent(30) { vec![first, second] } else { vec![first] };
    let (moderator, listener) = (world.chance.percent(10), world.chance.percent(15));
    let introduce = world.chance.percent(10);
    let end_conference_on_exit = world.chance.percent(5);
    let strategy = world.chance.percent(60).then_some(Strategy::AllAtOnce);
    let retries = world.chance.percent(30).then_some(2);
    let retry_pause_seconds = u32::try_from(world.chance.ms(1, 20)).ok();
    let ring_seconds = world.chance.percent(20).then_some(10);
    NewParticipant {
        numbers,
        moderator,
        listener,
        introduce,
        end_conference_on_exit,
        strategy,
        retries,
        retry_pause_seconds,
        ring_seconds,
        ..NewParticipant::default()
    }
}

fn some_setting(world: &mut World) -> Setting {
    let on = world.chance.percent(50);
    let gain = Gain::try_from(world.chance.ms(0, 8) - 4).unwrap_or_default();
    match world.chance.below(6) {
        0 => Setting::Muted(on),
        1 => Setting::Deaf(on),
        2 | 3 => Setting::Hold(on),
        4 => Setting::GainIn(gain),
        _ => Setting::GainOut(gain),
    }
}

fn about_a_conference(world: &mut World, conference_id: ConferenceId) -> Option<Verb> {
    let participant = |node: &Node| -> Vec<ParticipantId> {
        let found = node.conference(conference_id);
        found.into_iter().flat_map(|c| &c.participants).map(|p: &Participant| p.id).collect()
    };
    let all = participant(&world.service.as_ref()?.node);
    let participant_id = world.chance.pick(&all)?;
    let spare = if world.chance.percent(50) { Spare::Hosts } else { Spare::Nobody };
    let on = world.chance.percent(50);
    let setting = some_setting(world);
    let other = world.chance.pick(&all)?;
    let wish = some_dial_in(world);
    let elsewhere: Vec<ConferenceId> = world.service.as_ref()?.node.conferences().map(|c| c.id).collect();
    let elsewhere = world.chance.pick(&elsewhere)?;
    Some(match world.chance.below(85) {
        65 | 66 => Verb::Hand { conference_id, participant_id, on },
        67 => Verb::LowerHands { conference_id },
        68 | 69 => Verb::GiveFloor { conference_id, participant_id },
        70..73 => {
            Verb::OpenVote { conference_id, question: "Well?".into(), secret: Some(on), seconds: on.then_some(7) }
        }
        73 => Verb::CloseVote { conference_id },
        74 | 75 => Verb::PutInCharge { conference_id, participant_id, note: String::new() },
        76 | 77 => Verb::EndsWith { conference_id, participant_id, on: on && world.chance.percent(50) },
        78 | 79 => Verb::WaitForHost { conference_id, on },
        80..83 => Verb::OpenDialIn { conference_id, wish },
        83 => Verb::ChangePin { conference_id, pin: wish.pin },
        84 => Verb::CloseDialIn { conference_id },
        60 | 61 => Verb::CancelRinging { conference_id },
        59 => Verb::Rescue { conference_id },
        50 | 51 => Verb::Extend { conference_id, seconds: 30 },
        44..48 => Verb::Move { conference_id, participant_id, to: elsewhere },
        48 | 49 => Verb::Merge { conference_id, into: elsewhere },
        62..65 => {
            let to = world.chance.pick(&[olga(), petra(), supervisor()])?;
            Verb::HandOver { conference_id, to, note: "Yours now.".into() }
        }
        40 => Verb::Introduce { conference_id, participant_id },
        41 | 42 => Verb::Admit { conference_id, participant_id },
        43 => Verb::Replace { conference_id, participant_id, with: somebody(world) },
        56 => Verb::Announce { conference_id, participant_id: None, what: something_to_say(on) },
        57 => Verb::Announce { conference_id, participant_id: Some(participant_id), what: something_to_say(on) },
        58 => Verb::AnnounceStop { conference_id, participant_id: on.then_some(participant_id) },
        32..35 => Verb::Sidebar { conference_id, participants: vec![participant_id, other] },
        35 => Verb::SidebarEnd { conference_id, sidebar: None },
        36 => Verb::SidebarLeave { conference_id, participant_id },
        37 | 38 => Verb::Coach { conference_id, participant_id, whom: Some(other) },
        39 => Verb::Coach { conference_id, participant_id, whom: None },
        52 | 53 => Verb::Record { conference_id },
        54 => Verb::StopRecording { conference_id },
        55 => Verb::PauseRecording { conference_id, on },
        24..28 => Verb::Set { conference_id, participant_id, settings: vec![setting, some_setting(world)] },
        28 => Verb::SetAll { conference_id, setting, spare },
        29 => Verb::Listener { conference_id, participant_id, on },
        30 => Verb::Moderator { conference_id, participant_id, on },
        31 if world.chance.percent(20) => Verb::DropAll { conference_id, spare },
        31 => Verb::PressKeys { conference_id, participant_id, digits: "12#".to_owned().try_into().ok()? },

        0..3 => Verb::AddParticipants { conference_id, participants: some_people(world), groups: some_groups(world) },
        3..8 => Verb::Set { conference_id, participant_id, settings: vec![Setting::Muted(on)] },
        8 | 9 => Verb::Drop { conference_id, participant_id },
        10..13 => Verb::Cancel { conference_id, participant_id },
        13..16 => Verb::Redial { conference_id, participant_id },
        16 => Verb::Lock { conference_id },
        17 => Verb::Unlock { conference_id },
        18 | 19 => Verb::Leave { conference_id },
        20 | 21 => Verb::Rejoin { conference_id, station: None },
        22 => Verb::End { conference_id },
        _ => Verb::ContinueWithoutCaller { conference_id },
    })
}

fn something_to_say(text: bool) -> Announced {
    match SpokenText::new("Good evening.") {
        Ok(text_to_say) if text => Announced::Text { text: text_to_say, language: None },
        _ => Announced::Sound("chime".into()),
    }
}

use super::*;
use crate::domain::{
    announcement::{Listener, Passing, SoundFile},
    effect::{Originate, Ringing, Target},
    hearing::Relate,
    setting::{Digits, Gain, Threshold},
    speech::{Speech, SpokenText},
};
use proptest::prelude::*;
use uuid::Uuid;

fn safe(text: &str) -> Safe {
    Safe::new(text).unwrap()
}

fn channel(n: u128) -> ChannelId {
    ChannelId(Uuid::from_u128(n))
}

fn way_back() -> WayBack {
    WayBack { extension: safe("switchboard_wait"), context: safe("default") }
}

fn room() -> Room {
    Room { name: safe("conf_1"), profile: safe("switchboard") }
}

const ENTER: Door = Door { join_only: true, muted: false, deaf: false };

#[test]
fn members_are_set_by_their_number() {
    let gain = |steps| Gain::try_from(steps).unwrap();
    for (setting, expected) in [
        (Setting::Muted(true), "mute 7"),
        (Setting::Muted(false), "unmute 7"),
        (Setting::Deaf(true), "deaf 7"),
        (Setting::Deaf(false), "undeaf 7"),
        (Setting::Hold(true), "hold 7 local_stream://moh"),
        (Setting::Hold(false), "unhold 7"),
        (Setting::GainIn(gain(-4)), "volume_in 7 -4"),
        (Setting::GainOut(gain(3)), "volume_out 7 3"),
        (Setting::Energy(Threshold::try_from(250).unwrap()), "energy 7 250"),
    ] {
        let music = safe("local_stream://moh");
        let wire = text(&Command::Set { room: room(), member: 7, setting, music });
        assert_eq!(wire.texts, [format!("conference conf_1 {expected}")]);
    }
    let digits = Digits::try_from("12#".to_owned()).unwrap();
    assert_eq!(text(&Command::Press { room: room(), member: 7, digits }).texts, ["conference conf_1 dtmf 7 12#"]);
}

#[test]
fn relations_name_speakers_listeners_and_what() {
    let relate = |block| Relate { speakers: vec![1, 2], listeners: vec![3], block };
    let said = |block| text(&Command::Relate { room: room(), relate: relate(block) }).texts;
    assert_eq!(said(true), ["conference conf_1 relate 1,2 3 nospeak"]);
    assert_eq!(said(false), ["conference conf_1 relate 1,2 3 clear"]);
    assert_eq!(text(&Command::AskRelations(room())).texts, ["conference conf_1 relate 0"]);
}

#[test]
fn sounds_are_played_to_all_or_to_one_and_at_the_door() {
    let file = SoundFile::new("tone_stream://v=-20;%(200,0,1150)").unwrap();
    let one = Some(Listener { channel: channel(3), member: 7 });
    let play = |listener| text(&Command::Play { room: room(), file: file.clone(), listener }).texts;
    assert_eq!(play(None), ["conference conf_1 play tone_stream://v=-20;%(200,0,1150)"]);
    assert_eq!(play(one), ["conference conf_1 play tone_stream://v=-20;%(200,0,1150) 7"]);
    let speech = Speech { engine: safe("flite"), voice: safe("slt"), text: SpokenText::new("Don't, Zoë").unwrap() };
    let say = |listener| text(&Command::Say { room: room(), speech: speech.clone(), listener }).texts;
    assert_eq!(say(None), ["conference conf_1 play 'tts://flite|slt|Don’t, Zoë'"]);
    assert_eq!(say(one), ["conference conf_1 play 'tts://flite|slt|Don’t, Zoë' 7"]);
    let stop = |listener| text(&Command::StopPlaying { room: room(), listener }).texts;
    assert_eq!(
        (stop(None), stop(one)),
        (vec!["conference conf_1 stop all".to_owned()], vec!["conference conf_1 stop current 7".to_owned()],)
    );
    let at = |door, sound| text(&Command::DoorSound { room: room(), door, sound }).texts;
    assert_eq!(at(Passing::Enter, Some(file.clone())), [format!("conference conf_1 enter_sound file {file}")]);
    assert_eq!(at(Passing::Exit, None), ["conference conf_1 exit_sound off"]);
}

#[test]
fn a_room_is_recorded_into_the_file_that_is_named() {
    let record = |verb| text(&Command::Record { room: room(), path: safe("/rec/20261124-rec_1.wav"), verb }).texts;
    assert_eq!(record(RecordVerb::Start), ["conference conf_1 recording start /rec/20261124-rec_1.wav"]);
    assert_eq!(record(RecordVerb::Stop), ["conference conf_1 recording stop /rec/20261124-rec_1.wav"]);
    assert_eq!(record(RecordVerb::Pause), ["conference conf_1 recording pause /rec/20261124-rec_1.wav"]);
    assert_eq!(record(RecordVerb::Resume), ["conference conf_1 recording resume /rec/20261124-rec_1.wav"]);
    let announce = Command::Announce { room: room(), sound: safe("ivr/recorded.wav") };
    assert_eq!(text(&announce).texts, ["conference conf_1 play ivr/recorded.wav"]);
}

#[test]
fn who_only_listens_comes_in_muted() {
    let listener = Door { join_only: true, muted: true, deaf: false };
    let enter = Command::EnterRoom { channel: channel(1), room: room(), door: listener };
    let command =
        format!("uuid_transfer {} 'conference:conf_1@switchboard++flags{{join-only|mute}},park:' inline", channel(1));
    assert_eq!(text(&enter).texts, [command]);
}

#[test]
fn the_caller_dials_the_stations_from_the_own_leg() {
    let wire = text(&Command::DialFromCaller {
        caller: channel(1),
        stations: vec![
            (channel(2), Endpoint::new("user/1001@example.org").unwrap()),
            (channel(3), Endpoint::new("sofia/internal/1001@10.0.0.9:5060").unwrap()),
        ],
        ring: Duration::from_secs(20),
        way_back: way_back(),
        music: safe("local_stream://moh"),
    });
    assert_eq!(
        wire.texts,
        [
            "uuid_setvar_multi 00000000-0000-0000-0000-000000000001 continue_on_fail=true;\
             hangup_after_bridge=false;max_session_transfers=10000;transfer_ringback=local_stream://moh;\
             sip_invite_failure_status=;socket_host=",
            "uuid_transfer 00000000-0000-0000-0000-000000000001 \
             'm:^:bridge:{originate_timeout=20,ignore_early_media=true}\
             [origination_uuid=00000000-0000-0000-0000-000000000002]user/1001@example.org,\
             [origination_uuid=00000000-0000-0000-0000-000000000003]sofia/internal/1001@10.0.0.9:5060\
             ^transfer:switchboard_wait XML default' inline",
        ]
    );
    assert!(!wire.background);
}

#[test]
fn a_leg_that_must_confirm_has_its_own_limits_and_a_switch_side_maximum() {
    let wire = text(&Command::Originate(Originate {
        legs: vec![Ringing {
            leg: channel(5),
            endpoint: Endpoint::new("sofia/gateway/carrier/+4930123").unwrap(),
            confirm: true,
            caller_id_name: None,
            caller_id_number: Some(safe("+49301")),
            variables: vec![
                (safe("sip_h_X-Account"), safe("7").into()),
                (safe("origination_uuid"), safe("evil").into()),
            ],
        }],
        target: Target::Room(room(), ENTER),
        ring: Duration::from_secs(30),
        confirm: Duration::from_secs(10),
        prompt: Vec::new(),
        reason: None,
        longest: Duration::from_secs(14_400),
    }));
    assert_eq!(
        wire.texts,
        ["originate {origination_uuid=00000000-0000-0000-0000-000000000005,ignore_early_media=true,\
          originate_timeout=42,leg_timeout=30,\
          group_confirm_file=tone_stream://%(300\\,200\\,800);loops=-1,group_confirm_read_timeout=3000,\
          group_confirm_timeout=10,execute_on_answer='sched_hangup +14400 ALLOTTED_TIMEOUT',\
          group_confirm_key=1,origination_caller_id_number=+49301,sip_h_X-Account=7}\
          sofia/gateway/carrier/+4930123 &conference(${switchboard_room}conf_1@switchboard++flags{join-only})"]
    );
    assert!(wire.background);
}

#[test]
fn several_numbers_of_one_person_leave_in_one_command() {
    let one = |n, endpoint: &str, confirm| Ringing {
        leg: channel(n),
        endpoint: Endpoint::new(endpoint).unwrap(),
        confirm,
        caller_id_name: confirm.then(|| Phrase::new("Example GmbH").unwrap()),
        caller_id_number: None,
        variables: vec![(safe("switchboard_participant"), safe("part_1").into())],
    };
    let wire = text(&Command::Originate(Originate {
        legs: vec![one(5, "user/1003@example.org", false), one(6, "sofia/gateway/carrier/+4930123", true)],
        target: Target::Park(Duration::from_secs(30)),
        ring: Duration::from_secs(20),
        confirm: Duration::from_secs(10),
        prompt: vec![safe("ivr/from.wav"), safe("digits/4.wav")],
        reason: None,
        longest: Duration::from_secs(60),
    }));
    assert_eq!(
        wire.texts,
        ["originate {ignore_early_media=true,originate_timeout=32,leg_timeout=20,\
          group_confirm_file=file_string://ivr/from.wav!digits/4.wav,group_confirm_read_timeout=3000,\
          group_confirm_timeout=10,park_timeout=30,execute_on_answer='sched_hangup +60 ALLOTTED_TIMEOUT'}\
          [origination_uuid=00000000-0000-0000-0000-000000000005,switchboard_participant=part_1]\
          user/1003@example.org,\
          [origination_uuid=00000000-0000-0000-0000-000000000006,group_confirm_key=1,\
          origination_caller_id_name='Example GmbH',switchboard_participant=part_1]\
          sofia/gateway/carrier/+4930123 &park()"]
    );
}

#[test]
fn who_is_told_why_they_are_rung_hears_it_before_the_room_or_with_the_question() {
    let wanted = |confirm, reason: &str, target| Originate {
        legs: vec![Ringing {
            leg: channel(5),
            endpoint: Endpoint::new("user/1003@example.org").unwrap(),
            confirm,
            caller_id_name: None,
            caller_id_number: None,
            variables: Vec::new(),
        }],
        target,
        ring: Duration::from_secs(20),
        confirm: Duration::from_secs(10),
        prompt: Vec::new(),
        reason: Some(SoundFile::new(reason).unwrap()),
        longest: Duration::from_secs(60),
    };
    let tone = "tone_stream://%(300,0,1300)";
    let text = originate::originate(&wanted(false, tone, Target::Room(room(), ENTER)));
    let end = "user/1003@example.org 'm:^:playback:tone_stream://%(300,0,1300)^\
               conference:${switchboard_room}conf_1@switchboard++flags{join-only}' inline";
    assert!(text.ends_with(end), "{text}");
    let text = originate::originate(&wanted(false, "sorry.wav", Target::Park(Duration::from_secs(30))));
    assert!(text.ends_with(" 'm:^:playback:sorry.wav^park:' inline"), "{text}");
    let text = originate::originate(&wanted(true, tone, Target::Room(room(), ENTER)));
    let asked = ",group_confirm_file=file_string://tone_stream://%(300\\,0\\,1300)!\
                 tone_stream://%(300\\,200\\,800);loops=-1,";
    assert!(text.contains(asked) && text.contains(" &conference(${switchboard_room}conf_1@"), "{text}");
}

#[test]
fn who_rings_is_told_another_room_and_time_is_given_to_whoever_was_on_the_way() {
    let wire = text(&Command::Redirect { leg: channel(1), room: room(), door: ENTER });
    assert_eq!(
        wire.texts,
        ["uuid_setvar 00000000-0000-0000-0000-000000000001 switchboard_room conf_1@switchboard++flags{join-only}"]
    );
    assert_eq!(text(&Command::LetSettle(Duration::from_millis(150))).texts, ["msleep 150"]);
}

#[test]
fn a_move_takes_both_legs_and_leaves_a_net() {
    let wire = text(&Command::MovePair { channel: channel(1), room: room() });
    assert_eq!(
        wire.texts,
        ["uuid_transfer 00000000-0000-0000-0000-000000000001 -both 'conference:conf_1@switchboard,park:' inline"]
    );
}

#[test]
fn held_music_ends_by_itself_and_leads_back_to_waiting() {
    let wire = text(&Command::Hold {
        caller: channel(1),
        music: safe("local_stream://moh"),
        longest: Duration::from_millis(1_200_500),
        way_back: way_back(),
    });
    assert_eq!(
        wire.texts.last().unwrap(),
        "uuid_dual_transfer 00000000-0000-0000-0000-000000000001 'm:^:set:playback_timeout_sec=1201^\
         playback:local_stream://moh^unset:playback_timeout_sec^transfer:switchboard_wait XML default/inline' \
         park:/inline"
    );
}

#[test]
fn words_with_spaces_between_are_quoted() {
    let wanted = Originate {
        legs: vec![Ringing {
            leg: channel(1),
            endpoint: Endpoint::new("sofia/internal/7%example.org").unwrap(),
            confirm: false,
            caller_id_name: Some(Phrase::new("Example GmbH").unwrap()),
            caller_id_number: None,
            variables: vec![(safe("accountcode"), Phrase::new("the desk").unwrap())],
        }],
        target: Target::Room(room(), ENTER),
        ring: Duration::from_secs(30),
        confirm: Duration::from_secs(10),
        prompt: Vec::new(),
        reason: None,
        longest: Duration::from_secs(60),
    };
    let text = originate::originate(&wanted);
    assert!(text.contains(",origination_caller_id_name='Example GmbH',"), "{text}");
    assert!(text.contains(",accountcode='the desk'}"), "{text}");
}

fn any_safe() -> impl Strategy<Value = Safe> {
    "[A-Za-z0-9_.+@/:-]{1,20}".prop_map(|text| Safe::new(text).unwrap())
}

fn any_phrase() -> impl Strategy<Value = Phrase> {
    "[A-Za-z0-9_.+@/:-]{1,9}( {1,2}[A-Za-z0-9_.+@/:-]{1,9}){0,2}".prop_map(|text| Phrase::new(text).unwrap())
}

fn any_endpoint() -> impl Strategy<Value = Endpoint> {
    "(sofia|user)/[A-Za-z0-9_.+@/:;=%-]{1,20}".prop_map(|text| Endpoint::new(text).unwrap())
}

fn any_channel() -> impl Strategy<Value = ChannelId> {
    any::<u128>().prop_map(|n| ChannelId(Uuid::from_u128(n)))
}

fn any_duration() -> impl Strategy<Value = Duration> {
    any::<u64>().prop_map(Duration::from_millis)
}

prop_compose! {
    fn any_room()(name in any_safe(), profile in any_safe()) -> Room {
        Room { name, profile }
    }
}

prop_compose! {
    fn any_door()(join_only in any::<bool>(), muted in any::<bool>(), deaf in any::<bool>()) -> Door {
        Door { join_only, muted, deaf }
    }
}

fn any_setting() -> impl Strategy<Value = Setting> {
    let gain = || (-4i64..=4).prop_map(|gain| Gain::try_from(gain).expect("in range"));
    prop_oneof![
        any::<bool>().prop_map(Setting::Muted),
        any::<bool>().prop_map(Setting::Deaf),
        any::<bool>().prop_map(Setting::Hold),
        gain().prop_map(Setting::GainIn),
        gain().prop_map(Setting::GainOut),
        (0i64..=20_000).prop_map(|level| Setting::Energy(Threshold::try_from(level).expect("in range"))),
    ]
}

prop_compose! {
    fn any_way_back()(extension in any_safe(), context in any_safe()) -> WayBack {
        WayBack { extension, context }
    }
}

prop_compose! {
    fn any_ringing()(
        leg in any_channel(),
        endpoint in any_endpoint(),
        confirm in any::<bool>(),
        caller_id_name in proptest::option::of(any_phrase()),
        caller_id_number in proptest::option::of(any_safe()),
        variables in proptest::collection::vec((any_safe(), any_phrase()), 0..4),
    ) -> Ringing {
        Ringing { leg, endpoint, confirm, caller_id_name, caller_id_number, variables }
    }
}

prop_compose! {
    fn any_originate()(
        legs in proptest::collection::vec(any_ringing(), 1..4),
        room in proptest::option::of(any_room()),
        ring in any_duration(),
        confirm in any_duration(),
        prompt in proptest::collection::vec(any_safe(), 0..4),
        reason in proptest::option::of(any_sound()),
        longest in any_duration(),
    ) -> Originate {
        let target = room.map_or(Target::Park(longest), |room| Target::Room(room, ENTER));
        Originate { legs, target, ring, confirm, prompt, reason, longest }
    }
}

fn any_listener() -> impl Strategy<Value = Option<Listener>> {
    proptest::option::of((any_channel(), any::<u32>()).prop_map(|(channel, member)| Listener { channel, member }))
}

/// Any text that is let through as a sound.
fn any_sound() -> impl Strategy<Value = SoundFile> {
    let likely = prop_oneof!["tone_stream://[!-~]{1,30}", "/[!-~]{0,30}", "[a-z/]{1,20}\\.wav"];
    likely.prop_map(|text| SoundFile::new(text).unwrap_or_else(|_| SoundFile::new("beep.wav").expect("a sound")))
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        any_channel().prop_map(Command::Exists),
        any_channel().prop_map(Command::AskHook),
        (any_channel(), proptest::collection::vec((any_safe(), any_safe()), 1..4))
            .prop_map(|(channel, variables)| Command::SetVariables { channel, variables }),
        (
            any_channel(),
            proptest::collection::vec((any_channel(), any_endpoint()), 1..4),
            any_duration(),
            any_way_back(),
            any_safe()
        )
            .prop_map(|(caller, stations, ring, way_back, music)| Command::DialFromCaller {
                caller,
                stations,
                ring,
                way_back,
                music
            }),
        (any_channel(), any_way_back()).prop_map(|(channel, way_back)| Command::ReturnToWaiting { channel, way_back }),
        (any_channel(), any_room()).prop_map(|(channel, room)| Command::MovePair { channel, room }),
        (any_channel(), any_channel()).prop_map(|(first, second)| Command::Bridge { first, second }),
        (any_channel(), any_safe(), any_duration(), any_way_back())
            .prop_map(|(caller, music, longest, way_back)| Command::Hold { caller, music, longest, way_back }),
        any_originate().prop_map(Command::Originate),
        any_duration().prop_map(Command::LetSettle),
        (any_channel(), any_room(), any_door()).prop_map(|(leg, room, door)| Command::Redirect { leg, room, door }),
        (any_channel(), any_room(), any_door()).prop_map(|(channel, room, door)| Command::EnterRoom {
            channel,
            room,
            door
        }),
        (any_room(), any::<u32>(), any_setting(), any_safe()).prop_map(|(room, member, setting, music)| Command::Set {
            room,
            member,
            setting,
            music
        }),
        (any_room(), any_safe()).prop_map(|(room, sound)| Command::Announce { room, sound }),
        (any_room(), any_sound(), any_listener()).prop_map(|(room, file, listener)| Command::Play {
            room,
            file,
            listener
        }),
        (any_room(), any_safe(), any_safe(), ".{0,40}", any_listener()).prop_map(
            |(room, engine, voice, typed, listener)| {
                let text = SpokenText::new(&typed).unwrap_or_else(|_| SpokenText::new("hello").expect("a text"));
                Command::Say { room, speech: Speech { engine, voice, text }, listener }
            }
        ),
        (any_room(), any_listener()).prop_map(|(room, listener)| Command::StopPlaying { room, listener }),
        (any_room(), any::<bool>(), proptest::option::of(any_sound())).prop_map(|(room, enter, sound)| {
            Command::DoorSound { room, door: if enter { Passing::Enter } else { Passing::Exit }, sound }
        }),
        (any_room(), any_safe()).prop_map(|(room, path)| Command::Record { room, path, verb: RecordVerb::Start }),
        (any_room(), any::<u32>(), "[0-9*#A-D]{1,32}").prop_map(|(room, member, digits)| Command::Press {
            room,
            member,
            digits: digits.try_into().expect("keys"),
        }),
        (any_room(), any::<bool>()).prop_map(|(room, on)| Command::Lock { room, on }),
        any_room().prop_map(Command::AskRelations),
        (
            any_room(),
            proptest::collection::vec(any::<u32>(), 1..4),
            proptest::collection::vec(any::<u32>(), 1..4),
            any::<bool>()
        )
            .prop_map(|(room, speakers, listeners, block)| Command::Relate {
                room,
                relate: Relate { speakers, listeners, block },
            }),
        any_channel().prop_map(Command::TakeMedia),
    ]
}

proptest! {
    #[test]
    fn whatever_is_asked_the_text_is_one_line_without_expansion(command in any_command()) {
        let wire = text(&command);
        prop_assert!(!wire.texts.is_empty());
        for text in &wire.texts {
            prop_assert!(!text.contains(['\n', '\r', '\0']), "{text:?}");
            // The one variable that is to be read when they answer; it is ours, and so is what we write into it.
            let text = text.replacen("conference(${switchboard_room}", "", 1).replacen("conference:${switchboard_room}", "", 1);
            prop_assert!(!text.contains('$') && !text.contains("%{"), "{text:?}");
            prop_assert_eq!(text.matches('{').count(), text.matches('}').count());
            prop_assert!(text.matches('\'').count().is_multiple_of(2), "{text:?}");
            // Of what people typed only letters may be more, and marks that no parser knows.
            let spoken = matches!(command, Command::Say { .. });
            prop_assert!(text.is_ascii() || spoken);
            if let Command::Say { speech, .. } = &command {
                let (before, rest) = text.split_once('\'').expect("a quote");
                let (inside, after) = rest.split_once('\'').expect("another");
                prop_assert_eq!(inside, speech.file());
                prop_assert!(before.ends_with(" play ") && !after.contains('\''), "{text:?}");
                prop_assert!(!inside.contains(['\\', '{', '"']) && inside.matches('|').count() == 2, "{text:?}");
            }
        }
        prop_assert_eq!(wire.background, matches!(command, Command::Originate(_)));
    }

    #[test]
    fn an_originate_always_carries_its_id_first_and_an_end(wanted in any_originate()) {
        let text = originate::originate(&wanted);
        for leg in &wanted.legs {
            let bracket = if wanted.legs.len() == 1 { '{' } else { '[' };
            let own = format!("{bracket}origination_uuid={}", leg.leg);
            prop_assert!(text.contains(&own), "{text}");
        }
        prop_assert_eq!(text.matches("origination_uuid=").count(), wanted.legs.len());
        prop_assert_eq!(text.matches("sched_hangup +").count(), 1);
        prop_assert!(!text.contains("timeout=0"));
    }
}

//! One outbound leg: its endpoint, its ringing, its answer, and the key that confirms it.

use super::{
    channel::{Channel, LegStage, Party, State},
    control::OriginateRecord,
    dial::{Dial, LegPlan},
    fates::Fate,
    world::{TICK, World, parse_uuid},
};
use std::time::{Duration, Instant};

/// How long a person takes to press the key after picking up.
const TO_THE_KEY: Duration = Duration::from_millis(1000);

/// Where an endpoint leads, or why it leads nowhere.
enum Endpoint {
    To {
        channel_name: String,
        number: String,
    },
    /// Refused before there is a channel; `told` when its would-be channel is destroyed with events.
    Nowhere {
        cause: &'static str,
        told: bool,
    },
}

impl World {
    fn resolve(&self, endpoint: &str) -> Endpoint {
        let nowhere = |cause, told| Endpoint::Nowhere { cause, told };
        let Some((kind, rest)) = endpoint.split_once('/') else { return nowhere("CHAN_NOT_IMPLEMENTED", false) };
        match kind {
            "user" => {
                let number = rest.split('@').next().unwrap_or(rest);
                match self.stations.get(number) {
                    None => nowhere("SUBSCRIBER_ABSENT", false),
                    Some(station) if !station.registered => nowhere("USER_NOT_REGISTERED", false),
                    Some(_) => Endpoint::To {
                        channel_name: format!("sofia/internal/{number}@{}", self.config.domain),
                        number: number.to_owned(),
                    },
                }
            }
            "sofia" => {
                let Some((profile, target)) = rest.split_once('/') else { return nowhere("INVALID_URL", true) };
                if profile == "gateway" {
                    let Some((gateway, number)) = target.split_once('/') else { return nowhere("INVALID_URL", true) };
                    return match self.config.gateways.get(gateway) {
                        None => nowhere("INVALID_GATEWAY", true),
                        Some(false) => nowhere("GATEWAY_DOWN", true),
                        Some(true) => {
                            Endpoint::To { channel_name: format!("sofia/external/{number}"), number: number.to_owned() }
                        }
                    };
                }
                if !matches!(profile, "internal" | "external") {
                    return nowhere("INVALID_PROFILE", true);
                }
                let number = target.split('@').next().unwrap_or(target);
                Endpoint::To { channel_name: format!("sofia/{profile}/{target}"), number: number.to_owned() }
            }
            "error" => nowhere("USER_BUSY", false),
            _ => nowhere("CHAN_NOT_IMPLEMENTED", false),
        }
    }

    /// Makes the channel of one leg and rings it.
    pub(super) fn create_leg(
        &mut self,
        dial: u64,
        plan: &LegPlan,
        caller: Option<&str>,
    ) -> Result<String, &'static str> {
        let value = |name: &str| plan.variables.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let wanted = value("origination_uuid");
        let uuid = wanted.unwrap_or_else(|| self.new_uuid());
        let last = plan.endpoint.rsplit('/').next().unwrap_or_default();
        self.originates.push(OriginateRecord {
            uuid: uuid.clone(),
            id: parse_uuid(&uuid),
            endpoint: plan.endpoint.clone(),
            number: last.split('@').next().unwrap_or(last).to_owned(),
            at: Instant::now(),
            rung: false,
        });
        let resolved = self.resolve(&plan.endpoint);
        if let Endpoint::Nowhere { cause, told: false } = resolved {
            return Err(cause);
        }
        // Paused, full, or a uuid that lives already: no channel, no event.
        if uuid.contains(char::is_whitespace) || self.channels.contains_key(&uuid) || !self.admit(false) {
            return Err("DESTINATION_OUT_OF_ORDER");
        }
        let serial = self.next_serial();
        let (channel_name, number) = match resolved {
            Endpoint::To { channel_name, number } => {
                if let Some(record) = self.originates.last_mut() {
                    record.rung = true;
                }
                (channel_name, number)
            }
            Endpoint::Nowhere { cause, .. } => {
                let channel = Channel::new(uuid.clone(), serial, false, plan.endpoint.clone());
                self.add_channel(channel);
                self.tell_of("CHANNEL_DESTROY", &uuid);
                self.set_state(&uuid, State::Destroy);
                self.channels.remove(&uuid);
                return Err(cause);
            }
        };
        let mut channel = Channel::new(uuid.clone(), serial, false, channel_name);
        let cid = Party {
            name: value("origination_caller_id_name").unwrap_or_default(),
            number: value("origination_caller_id_number").unwrap_or_else(|| "0000000000".into()),
        };
        let other = caller.and_then(|caller| self.channels.get(caller));
        let cid = match other {
            Some(caller) if value("origination_caller_id_number").is_none() => caller.caller.clone(),
            _ => cid,
        };
        channel.ani = cid.number.clone();
        channel.caller = cid.clone();
        channel.original = cid;
        channel.callee = Party { name: "Outbound Call".into(), number: number.clone() };
        channel.destination = number.clone();
        channel.context = self.config.hook_context.clone();
        channel.other = other.map(|caller| caller.as_other_leg("originator"));
        channel.dial = Some(dial);
        channel.stage = LegStage::Dialing;
        channel.set("is_outbound", "true");
        channel.set("originate_endpoint", plan.endpoint.split('/').next().unwrap_or_default());
        channel.set("channel_name", channel.name.clone());
        if let Some(caller) = caller {
            channel.set("originator", caller);
            channel.set("call_uuid", caller);
        }
        for (name, value) in &plan.variables {
            channel.set(name, value.as_str());
        }
        // Alone, `user/…` is an originate within the originate, which returns with the answer.
        if plan.endpoint.starts_with("user/") && caller.is_none() {
            channel.given.clone_from(&plan.variables);
        }
        let fate = self.fate_of(&plan.endpoint, &number);
        channel.fate = Some(fate.clone());
        self.add_channel(channel);
        self.tell_of("CHANNEL_OUTGOING", &uuid);
        self.set_state(&uuid, State::Init);
        self.tell_of("CHANNEL_CREATE", &uuid);
        self.tell_of("CHANNEL_ORIGINATE", &uuid);
        self.set_state(&uuid, State::Routing);
        self.set_state(&uuid, State::ConsumeMedia);
        self.play_fate(dial, &uuid, fate);
        self.arm_leg_timeout(dial, &uuid);
        Ok(uuid)
    }

    fn arm_leg_timeout(&mut self, dial: u64, uuid: &str) {
        let limit = self.live(uuid).and_then(|channel| channel.get("leg_timeout")?.parse().ok());
        if let Some(seconds) = limit {
            // Counted in whole seconds that have fully passed.
            let time = Duration::from_secs(seconds) + self.between(200, 900);
            self.after_on(time, uuid, move |world, uuid| {
                if world.live(uuid).is_some_and(|channel| channel.stage == LegStage::Dialing) {
                    world.leg_timed_out(dial, uuid, "ALLOTTED_TIMEOUT");
                }
            });
        }
    }

    fn play_fate(&mut self, dial: u64, uuid: &str, fate: Fate) {
        let rings = move |world: &mut World, uuid: &str| {
            world.ring(uuid);
            world.pass_ringing(dial);
        };
        match fate {
            Fate::Refuses { cause, after, rings: audibly, .. } => {
                if audibly {
                    self.after_on(TICK, uuid, rings);
                }
                self.after_on(after.max(TICK), uuid, move |world, uuid| {
                    world.hang_up_at_once(uuid, cause, false);
                });
            }
            Fate::NeverAnswers => self.after_on(TICK, uuid, rings),
            Fate::Answers { after, .. } => {
                self.after_on(TICK, uuid, rings);
                self.after_on(after.max(TICK), uuid, move |world, uuid| world.leg_answered(dial, uuid));
            }
            Fate::EarlyMedia { answers_after } => {
                self.after_on(TICK, uuid, move |world, uuid| {
                    if let Some(channel) = world.live_mut(uuid) {
                        channel.answer_state = "early";
                        channel.progress = super::world::micros();
                        let ignored = channel.flag("ignore_early_media");
                        world.tell_of("CHANNEL_PROGRESS_MEDIA", uuid);
                        world.set_callstate(uuid, "EARLY");
                        if !ignored {
                            // Early media is as good as an answer to whoever did not say otherwise.
                            world.leg_won(dial, uuid);
                        }
                    }
                });
                self.after_on(answers_after, uuid, move |world, uuid| {
                    if world.live(uuid).is_some_and(|channel| channel.stage == LegStage::Done) {
                        world.answer(uuid);
                    } else {
                        world.leg_answered(dial, uuid);
                    }
                });
            }
        }
    }

    fn leg_answered(&mut self, dial: u64, uuid: &str) {
        if self.live(uuid).is_none_or(|channel| channel.stage != LegStage::Dialing) {
            return;
        }
        self.answer(uuid);
        let alone = self.dials.get(&dial).is_some_and(Dial::is_alone);
        let Some(channel) = self.live_mut(uuid) else { return };
        channel.stage = LegStage::Answered;
        let given = std::mem::take(&mut channel.given);
        for (name, value) in given.iter().filter(|_| alone) {
            channel.set(name, value.as_str());
        }
        let fate = channel.fate.clone();
        let at_answer = channel.get("execute_on_answer").map(str::to_owned);
        let key = channel.get("group_confirm_key").map(str::to_owned);
        if let Some(Fate::Answers { leaves: Some(stays), .. }) = fate {
            self.after_on(stays, uuid, |world, uuid| world.hang_up(uuid, "NORMAL_CLEARING"));
        }
        if let Some(command) = at_answer {
            let (app, arg) = command.split_once("::").or_else(|| command.split_once(' ')).unwrap_or((&command, ""));
            let app_uuid = self.new_uuid();
            self.execute(uuid, app, arg, app_uuid, false);
        }
        match key {
            Some(_) => self.ask_to_confirm(dial, uuid, fate),
            None => self.leg_won(dial, uuid),
        }
    }

    /// The prompt plays until the key is pressed, or a time limit ends it.
    fn ask_to_confirm(&mut self, dial: u64, uuid: &str, fate: Option<Fate>) {
        let Some(channel) = self.live_mut(uuid) else { return };
        channel.stage = LegStage::Confirming;
        let file = channel.get("group_confirm_file").unwrap_or_default().to_owned();
        let limit: Option<u64> = channel.get("group_confirm_timeout").and_then(|seconds| seconds.parse().ok());
        let headers = vec![("Playback-File-Path", file.clone())];
        self.heard.entry(uuid.to_owned()).or_default().push((Instant::now(), file.clone()));
        self.after_on(TICK, uuid, move |world, uuid| world.tell("PLAYBACK_START", uuid, &[], &headers));
        if let Some(seconds) = limit {
            let time = Duration::from_secs(seconds) + self.between(200, 900);
            self.after_on(time, uuid, move |world, uuid| world.leg_timed_out(dial, uuid, "ALLOTTED_TIMEOUT"));
        }
        let pressed = match fate {
            Some(Fate::Answers { presses, .. }) => presses,
            _ => Some('1'),
        };
        if let Some(pressed) = pressed {
            self.after_on(TO_THE_KEY, uuid, move |world, uuid| world.press(uuid, pressed));
        }
    }

    /// A key at the far end. Asked to confirm, the right one is a yes.
    pub(super) fn press(&mut self, uuid: &str, pressed: char) {
        let Some(channel) = self.live(uuid) else { return };
        let asked = channel.stage == LegStage::Confirming;
        let (dial, file) = (channel.dial, channel.get("group_confirm_file").unwrap_or_default().to_owned());
        let right = channel.get("group_confirm_key").is_some_and(|key| key.contains(pressed));
        let digit = [
            ("DTMF-Digit", pressed.to_string()),
            ("DTMF-Duration", "960".to_owned()),
            ("DTMF-Source", "RTP".to_owned()),
        ];
        // The switch keeps the keys of a secret to itself.
        if self.live(uuid).is_some_and(|channel| channel.get("sensitive_dtmf") != Some("true")) {
            self.tell("DTMF", uuid, &[], &digit);
        }
        self.digit_pressed(uuid, pressed);
        if let Some(dial) = dial.filter(|_| asked) {
            self.tell("PLAYBACK_STOP", uuid, &[], &[("Playback-File-Path", file.clone())]);
            if right {
                self.leg_won(dial, uuid);
            } else {
                self.tell("PLAYBACK_START", uuid, &[], &[("Playback-File-Path", file)]);
            }
        }
    }

    /// The prompt of a leg that was still asked to confirm ends after its channel's last word.
    pub(super) fn stop_prompt(&mut self, uuid: &str) {
        let Some(channel) = self.channels.get(uuid).filter(|channel| channel.stage == LegStage::Confirming) else {
            return;
        };
        let file = channel.get("group_confirm_file").unwrap_or_default().to_owned();
        self.tell("PLAYBACK_STOP", uuid, &[], &[("Playback-File-Path", file)]);
    }
}

//! Dialing: `originate` and the `bridge` application, from the endpoints to the one who is talked to.

use super::{
    apps::Outcome,
    channel::{LegStage, State, Wait},
    dialplan::{Destination, inline_actions},
    text,
    world::{Done, World},
};
use std::collections::VecDeque;

/// One endpoint with the variables its channel will get.
#[derive(Clone, Debug)]
pub(super) struct LegPlan {
    pub endpoint: String,
    pub variables: Vec<(String, String)>,
}

/// Where an originated leg goes once it is up.
#[derive(Clone, Debug)]
pub(super) enum Target {
    App { app: String, arg: String },
    Extension(Destination),
}

pub(super) enum Purpose {
    Originate {
        target: Target,
        done: Done,
    },
    /// The `bridge` of this channel.
    Bridge {
        caller: String,
    },
}

pub(super) struct Dial {
    /// Tried one after the other; the legs of a group ring together.
    groups: VecDeque<Vec<LegPlan>>,
    pub ringing: Vec<String>,
    purpose: Purpose,
    last_cause: String,
    /// Of the present group, as listed, those that had a channel and ended.
    listed: Vec<(String, Option<String>)>,
    /// The cause the whole is reported with when it ended by a time limit.
    pub timed_out: bool,
    timeout: Option<u64>,
}

impl Dial {
    /// It rang one phone at a time.
    pub(super) fn is_alone(&self) -> bool {
        self.listed.len() == 1
    }
}

/// Groups of endpoints, and the variables common to all.
pub(super) type Plan = (VecDeque<Vec<LegPlan>>, Vec<(String, String)>);

/// `{…}[…]endpoint,[…]endpoint|endpoint`. None: not to be parsed.
pub(super) fn parse_plan(dialled: &str) -> Option<Plan> {
    let (common, rest) = text::leading_block(dialled.trim(), '{', '}')?;
    let mut groups = VecDeque::new();
    for group in text::split_outside_brackets(rest, '|') {
        let mut legs = Vec::new();
        for leg in text::split_outside_brackets(group, ',') {
            let (own, endpoint) = text::leading_block(leg.trim(), '[', ']')?;
            let mut variables = common.clone();
            variables.extend(own);
            legs.push(LegPlan { endpoint: endpoint.to_owned(), variables });
        }
        groups.push_back(legs);
    }
    Some((groups, common))
}

impl World {
    pub(super) fn dial(
        &mut self,
        groups: VecDeque<Vec<LegPlan>>,
        common: &[(String, String)],
        timeout: Option<u64>,
        purpose: Purpose,
    ) {
        let id = self.next_serial();
        let timeout = common
            .iter()
            .rev()
            .find(|(name, _)| name == "originate_timeout")
            .and_then(|(_, value)| value.parse().ok())
            .or(timeout)
            .or(Some(60));
        let dial = Dial {
            groups,
            ringing: Vec::new(),
            purpose,
            last_cause: "NONE".into(),
            listed: Vec::new(),
            timed_out: false,
            timeout,
        };
        if let Purpose::Bridge { caller } = &dial.purpose
            && let Some(channel) = self.live_mut(caller)
        {
            channel.set("originate_disposition", "failure");
            channel.set("dialed_as", id.to_string());
        }
        self.dials.insert(id, dial);
        self.next_group(id);
    }

    fn next_group(&mut self, id: u64) {
        let Some(dial) = self.dials.get_mut(&id) else { return };
        let Some(legs) = dial.groups.pop_front() else {
            self.dial_failed(id);
            return;
        };
        dial.listed.clear();
        let timeout = dial.timeout;
        let caller = match &dial.purpose {
            Purpose::Bridge { caller } => Some(caller.clone()),
            Purpose::Originate { .. } => None,
        };
        for leg in legs {
            match self.create_leg(id, &leg, caller.as_deref()) {
                Ok(uuid) => {
                    if let Some(dial) = self.dials.get_mut(&id) {
                        dial.listed.push((uuid.clone(), None));
                        dial.ringing.push(uuid);
                    }
                }
                Err(cause) => {
                    if let Some(dial) = self.dials.get_mut(&id) {
                        dial.last_cause = cause.to_owned();
                    }
                }
            }
        }
        let Some(dial) = self.dials.get(&id) else { return };
        let legs = dial.ringing.clone();
        if legs.is_empty() {
            self.next_group(id);
            return;
        }
        if let Some(seconds) = timeout.filter(|seconds| *seconds > 0) {
            let time = self.coarse_seconds(seconds);
            self.after(time, move |world| {
                for leg in &legs {
                    world.leg_timed_out(id, leg, "NO_ANSWER");
                }
            });
        }
    }

    /// A time limit ended a leg that was not yet talked to. The job is reported before the leg's end.
    pub(super) fn leg_timed_out(&mut self, id: u64, leg: &str, cause: &str) {
        let waiting = self.dials.get(&id).is_some_and(|dial| dial.ringing.iter().any(|ringing| ringing == leg));
        if waiting {
            if let Some(dial) = self.dials.get_mut(&id) {
                dial.timed_out = true;
            }
            self.hang_up_at_once(leg, cause, true);
        }
    }

    /// A leg ended before anyone talked to it.
    pub(super) fn leg_failed(&mut self, id: u64, leg: &str, cause: &str) {
        self.forget_leg(leg);
        let Some(dial) = self.dials.get_mut(&id) else { return };
        dial.ringing.retain(|ringing| ringing != leg);
        for (_, ended) in dial.listed.iter_mut().filter(|(listed, _)| listed == leg) {
            *ended = Some(cause.to_owned());
        }
        // The whole ends as its first leg did. Whatever ended that by its clock, the dial got no answer.
        let first = dial.listed.iter().find_map(|(_, ended)| ended.clone());
        dial.last_cause = if dial.timed_out { "NO_ANSWER".into() } else { first.unwrap_or_else(|| cause.to_owned()) };
        if dial.ringing.is_empty() {
            self.next_group(id);
        }
    }

    /// Whoever bridges to this leg is told what its SIP said: `switch_channel_set_variable_partner` in `sofia.c`.
    pub(super) fn tell_bridging(&mut self, leg: &str, status: &str) {
        let dial = self.channels.get(leg).and_then(|channel| channel.dial).and_then(|dial| self.dials.get(&dial));
        if let Some(Dial { purpose: Purpose::Bridge { caller }, .. }) = dial {
            let caller = caller.clone();
            if let Some(channel) = self.live_mut(&caller) {
                channel.set("sip_invite_failure_status", status);
            }
        }
    }

    /// What becomes of this leg is no longer its dial's business.
    fn forget_leg(&mut self, leg: &str) {
        if let Some(channel) = self.channels.get_mut(leg) {
            channel.dial = None;
        }
    }

    fn dial_failed(&mut self, id: u64) {
        let Some(dial) = self.dials.remove(&id) else { return };
        let cause = dial.last_cause;
        match dial.purpose {
            Purpose::Originate { done, .. } => done(self, format!("-ERR {cause}\n")),
            Purpose::Bridge { caller } => self.bridge_failed(&caller, &cause),
        }
    }

    fn bridge_failed(&mut self, caller: &str, cause: &str) {
        let Some(channel) = self.live_mut(caller) else { return };
        channel.set("originate_disposition", cause);
        channel.set("originate_failed_cause", cause);
        channel.set("dialed_as", "");
        let go_on = channel.get("continue_on_fail").is_some_and(|value| {
            text::is_true(value) || value.split(',').any(|listed| listed.eq_ignore_ascii_case(cause))
        });
        let running = channel.stack.pop();
        if let Some(running) = running {
            self.tell_returned(caller, &running);
        }
        if go_on {
            self.go_on(caller);
        } else {
            self.hang_up(caller, cause);
        }
    }

    /// This leg is talked to; the others lose the race.
    pub(super) fn leg_won(&mut self, id: u64, leg: &str) {
        let Some(dial) = self.dials.remove(&id) else { return };
        if let Some(channel) = self.live_mut(leg) {
            channel.stage = LegStage::Done;
            channel.dial = None;
            // Originated legs show the number they reached, not the caller id they were called with.
            channel.caller =
                super::channel::Party { name: "Outbound Call".into(), number: channel.destination.clone() };
        }
        for other in dial.ringing.iter().filter(|other| *other != leg) {
            self.forget_leg(other);
            self.hang_up(other, "LOSE_RACE");
        }
        match dial.purpose {
            Purpose::Bridge { caller } => {
                if let Some(channel) = self.live_mut(&caller) {
                    channel.set("originate_disposition", "SUCCESS");
                    channel.set("dialed_as", "");
                    self.answer(&caller);
                    self.bind(&caller, leg, false);
                }
            }
            Purpose::Originate { target, done } => {
                done(self, format!("+OK {leg}\n"));
                let callstate = self.live(leg).map_or("ACTIVE", |channel| channel.callstate);
                match target {
                    Target::App { app, arg } => {
                        self.start_executing(leg, VecDeque::from([(app, arg)]), callstate);
                    }
                    Target::Extension(destination) => self.start_routing(leg, &destination),
                }
            }
        }
    }

    /// The caller of a `bridge` goes away while it rings: the phones are cancelled.
    pub(super) fn abandon_dial(&mut self, caller: &str) {
        let id = self.channels.get(caller).and_then(|channel| channel.get("dialed_as")).and_then(|id| id.parse().ok());
        if let Some(channel) = self.channels.get_mut(caller) {
            channel.set("dialed_as", "");
        }
        let Some(dial) = id.and_then(|id: u64| self.dials.remove(&id)) else { return };
        for leg in dial.ringing {
            self.forget_leg(&leg);
            self.hang_up(&leg, "ORIGINATOR_CANCEL");
        }
    }

    /// The `bridge` application.
    pub(super) fn app_bridge(&mut self, uuid: &str, arg: &str) -> Outcome {
        if parse_plan(arg).is_none() {
            self.hang_up(uuid, "DESTINATION_OUT_OF_ORDER");
            return Outcome::Left;
        }
        Outcome::Waits(Wait::Bridge)
    }

    /// Rings what a `bridge` on the stack asked for.
    pub(super) fn dial_of_bridge(&mut self, uuid: &str) {
        let Some(channel) = self.live(uuid) else { return };
        let Some(arg) = channel.stack.last().map(|running| running.arg.clone()) else { return };
        if let Some((groups, common)) = parse_plan(&arg) {
            self.dial(groups, &common, None, Purpose::Bridge { caller: uuid.to_owned() });
        }
    }

    /// The first phone of a `bridge` rings: an unanswered caller hears it.
    pub(super) fn pass_ringing(&mut self, id: u64) {
        let caller = match self.dials.get(&id).map(|dial| &dial.purpose) {
            Some(Purpose::Bridge { caller }) => caller.clone(),
            _ => return,
        };
        let Some(channel) = self.live_mut(&caller) else { return };
        if !channel.is_answered() && channel.progress == 0 && channel.state == State::Execute {
            channel.progress = super::world::micros();
            self.tell_of("CHANNEL_PROGRESS", &caller);
        }
    }
}

/// `&app(args)`, or an inline list behind an extension.
pub(super) fn parse_target(words: &[String]) -> Option<Target> {
    let first = words.first()?;
    match first.strip_prefix('&') {
        Some(call) => {
            let (app, arg) = call.split_once('(').unwrap_or((call, ""));
            // Without quotes around the whole, a space cut the argument off; FreeSWITCH takes what is left.
            Some(Target::App { app: app.to_owned(), arg: arg.strip_suffix(')').unwrap_or(arg).to_owned() })
        }
        None => {
            let destination = Destination::from_words(words)?;
            match destination.dialplan.as_str() {
                "inline" => {
                    let mut actions = inline_actions(&destination.extension);
                    let single = (actions.len() == 1).then(|| actions.pop_front()).flatten();
                    Some(single.map_or(Target::Extension(destination), |(app, arg)| Target::App { app, arg }))
                }
                _ => Some(Target::Extension(destination)),
            }
        }
    }
}

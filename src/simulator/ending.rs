//! How a channel ends: hung up now, buried at the next frame, its sockets told.

use super::{
    channel::State,
    fates::Fate,
    session::{Linger, Out},
    wire,
    world::{TICK, World, micros},
};

/// Q.850 number of a cause name, as `hangup_cause_q850` has it: FreeSWITCH's own causes are told as a normal clearing.
/// None: no cause FreeSWITCH knows.
pub(super) fn q850(cause: &str) -> Option<u16> {
    Some(match cause {
        "UNALLOCATED_NUMBER" => 1,
        "NO_ROUTE_DESTINATION" => 3,
        "NORMAL_CLEARING" => 16,
        "USER_BUSY" => 17,
        "NO_USER_RESPONSE" => 18,
        "NO_ANSWER" => 19,
        "SUBSCRIBER_ABSENT" => 20,
        "CALL_REJECTED" => 21,
        "DESTINATION_OUT_OF_ORDER" => 27,
        "INVALID_NUMBER_FORMAT" => 28,
        "NORMAL_UNSPECIFIED" => 31,
        "NETWORK_OUT_OF_ORDER" => 38,
        "NORMAL_TEMPORARY_FAILURE" => 41,
        "RECOVERY_ON_TIMER_EXPIRE" => 102,
        "ORIGINATOR_CANCEL"
        | "LOSE_RACE"
        | "MANAGER_REQUEST"
        | "ALLOTTED_TIMEOUT"
        | "SYSTEM_SHUTDOWN"
        | "ATTENDED_TRANSFER"
        | "BLIND_TRANSFER"
        | "PICKED_OFF"
        | "GATEWAY_DOWN"
        | "USER_NOT_REGISTERED"
        | "PROGRESS_TIMEOUT"
        | "INVALID_GATEWAY"
        | "INVALID_PROFILE" => 16,
        _ => return None,
    })
}

impl World {
    /// Hangs up: CHANNEL_HANGUP now, the rest at the next frame.
    pub(super) fn hang_up(&mut self, uuid: &str, cause: &str) {
        let Some(channel) = self.live_mut(uuid) else { return };
        let serial = channel.serial;
        self.mark_hung_up(uuid, cause);
        let uuid = uuid.to_owned();
        self.after(TICK, move |world| {
            if world.channels.get(&uuid).is_some_and(|channel| channel.serial == serial) {
                world.bury(&uuid, false);
            }
        });
    }

    /// Hangs up a leg that was refused by the far end: all its events at once.
    pub(super) fn hang_up_at_once(&mut self, uuid: &str, cause: &str, job_first: bool) {
        if self.live(uuid).is_some() {
            self.mark_hung_up(uuid, cause);
            self.bury(uuid, job_first);
        }
    }

    fn mark_hung_up(&mut self, uuid: &str, cause: &str) {
        let Some(channel) = self.live_mut(uuid) else { return };
        channel.cause = Some(if q850(cause).is_some() { cause } else { "NORMAL_CLEARING" }.to_owned());
        channel.answer_state = "hangup";
        channel.hung_up = micros();
        if let Some(Fate::Refuses { sip, cause: theirs, .. }) = channel.fate.clone().filter(|_| !channel.is_answered())
            && theirs == cause
        {
            channel.set("sip_term_status", sip.to_string());
            channel.set("sip_invite_failure_status", sip.to_string());
            channel.set("proto_specific_hangup_cause", format!("sip:{sip}"));
            channel.set("sip_hangup_disposition", "recv_refuse");
            self.tell_bridging(uuid, &sip.to_string());
        }
        let Some(channel) = self.channels.get(uuid) else { return };
        let hook = channel.hook;
        if let Some(session) = hook.and_then(|hook| self.sessions.get_mut(&hook))
            && session.linger == Linger::No
        {
            // Without linger the socket hears nothing of the end of its channel.
            session.finished = true;
        }
        self.tell_of("CHANNEL_HANGUP", uuid);
    }

    /// Unwinds and destroys a channel that was hung up.
    fn bury(&mut self, uuid: &str, job_first: bool) {
        let Some(channel) = self.channels.get(uuid) else { return };
        let cause = channel.cause.clone().unwrap_or_default();
        let dialed = channel.dial;
        if job_first && let Some(dial) = dialed {
            self.leg_failed(dial, uuid, &cause);
        }
        self.unwind(uuid);
        self.set_state(uuid, State::Hangup);
        self.set_callstate(uuid, "HANGUP");
        self.set_state(uuid, State::Reporting);
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.set("hangup_cause", cause.as_str());
            channel.set("hangup_cause_q850", q850(&cause).unwrap_or(16).to_string());
        }
        self.tell("CHANNEL_HANGUP_COMPLETE", uuid, &[("Hangup-Cause", cause.clone())], &[]);
        self.stop_prompt(uuid);
        // A leg that followed in a bridge is missed by its leader only now.
        self.part(uuid);
        self.part_from_hook(uuid);
        if !job_first && let Some(dial) = dialed {
            self.leg_failed(dial, uuid, &cause);
        }
        self.tell_of("CHANNEL_DESTROY", uuid);
        self.set_state(uuid, State::Destroy);
        self.channels.remove(uuid);
        self.scheduled.retain(|scheduled| scheduled.uuid != uuid);
    }

    /// The channel of an outbound socket is gone: goodbye now, or after its linger.
    fn part_from_hook(&mut self, uuid: &str) {
        let watchers: Vec<u64> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.controls.as_deref() == Some(uuid))
            .map(|(id, _)| *id)
            .collect();
        let name = self.channels.get(uuid).map(|channel| channel.name.clone()).unwrap_or_default();
        for id in watchers {
            let Some(session) = self.sessions.get(&id) else { continue };
            let seconds = match session.linger {
                Linger::No => {
                    session.send(wire::goodbye(Some(uuid)));
                    session.tell(Out::Close);
                    continue;
                }
                Linger::Seconds(seconds) => i64::try_from(seconds).unwrap_or(i64::MAX),
                Linger::Forever => -1,
            };
            session.send(
                format!(
                    "Content-Type: text/disconnect-notice\nControlled-Session-UUID: {uuid}\n\
                     Content-Disposition: linger\nChannel-Name: {name}\nLinger-Time: {seconds}\nContent-Length: 0\n\n"
                )
                .into_bytes(),
            );
            if let Ok(seconds) = u64::try_from(seconds) {
                let uuid = uuid.to_owned();
                self.after(std::time::Duration::from_millis(seconds * 1000 + 500), move |world| {
                    if let Some(session) = world.sessions.get(&id) {
                        session.send(wire::goodbye(Some(&uuid)));
                        session.tell(Out::Close);
                    }
                });
            }
        }
    }
}

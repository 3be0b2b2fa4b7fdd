//! A switch with telephones around it, ready to use.

use super::esl_probe::Probe;
use super::freeswitch::{FreeSwitch, Options};
use super::freeswitch_conf::{ACCESS, ATTENDANT, FALLBACK, MUSIC};
use super::sip::{Behaviour, Phones};

pub struct Lab {
    pub switch: FreeSwitch,
    pub phones: Phones,
    pub probe: Probe,
}

impl Lab {
    /// Music in Hz, the attendant's number, and the fallback's telephone.
    pub const MUSIC: u32 = MUSIC;
    pub const ATTENDANT: &str = ATTENDANT;
    pub const ACCESS: &str = ACCESS;
    pub const FALLBACK: &str = FALLBACK;

    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// Stations 1001 and 1002 and the fallback are registered and answer; events worth watching are subscribed.
    ///
    /// Fails the test where there is no FreeSWITCH: a test that needs one proves nothing without.
    pub async fn start_with(options: Options) -> Self {
        super::lateness::watch();
        let phones = Phones::start().await;
        let switch = match FreeSwitch::start(phones.address(), options).await {
            Ok(switch) => switch,
            Err(reason) => panic!("{reason}"),
        };
        phones.use_switch(switch.sip());
        let probe = switch.probe().await;
        probe
            .subscribe(
                "CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_PARK CHANNEL_HOLD CHANNEL_UNHOLD \
                 CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE BACKGROUND_JOB DTMF \
                 CUSTOM conference::maintenance",
            )
            .await;
        for station in ["1001", "1002", FALLBACK] {
            assert!(phones.register(station).await, "{station} is not let in:\n{}", switch.log());
            phones.expect(station, Behaviour::answer());
        }
        Self { switch, phones, probe }
    }

    /// How the switch dials a number of our telephones.
    pub fn endpoint(&self, number: &str) -> String {
        format!("sofia/internal/{number}@{}", self.phones.address())
    }

    /// The channel of this SIP call.
    pub async fn channel(&self, call: &super::call::Call) -> String {
        let uuid = self.probe.channel_where("sip_call_id", &call.call_id()).await;
        uuid.unwrap_or_else(|| panic!("{} has no channel", call.number()))
    }
}

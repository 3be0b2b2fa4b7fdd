//! The bodies of the verbs that let people dial into a conference.

use super::input::{Checked, Faults, MAX_NUMBER};
use crate::domain::dial_in::{DialInWish, PinWish};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Another PIN for a conference that can be dialed into.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPin {
    /// `generated` (a random one, not the one it has; also if absent), `none`, or the digits.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub pin: PinWish,
}

impl Faults {
    pub(super) fn dial_in(&mut self, place: &str, wish: &DialInWish) {
        if let Some(number) = &wish.access_number {
            self.text(|| format!("{place}/access_number"), number, MAX_NUMBER);
        }
    }
}

impl Checked for DialInWish {
    fn check(&self, faults: &mut Faults) {
        faults.dial_in("", self);
    }
}

impl Checked for NewPin {
    fn check(&self, _: &mut Faults) {}
}

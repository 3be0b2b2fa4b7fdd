//! Dialing in, as the page sees it.

use crate::domain::{dial_in::AccessNumber, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the configuration offers for dialing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DialInOffer {
    /// The first is taken where nobody names one.
    pub access_numbers: Vec<AccessNumber>,
    /// Every PIN has so many digits.
    pub pin_length: u8,
}

/// How people can dial into a conference. Shown to whoever may steer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DialInView {
    /// As people dial it.
    pub access_number: String,
    /// Absent: whoever dials the number is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// Somebody at this access number pressed something else than a PIN; perhaps meant for another conference there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong_pins: Option<WrongPinsView>,
}

/// Wrong PINs since the conference began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrongPinsView {
    pub count: u32,
    /// Who called the last time; may be empty.
    pub last_number: String,
    pub last_at: Timestamp,
}

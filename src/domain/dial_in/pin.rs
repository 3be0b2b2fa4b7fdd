//! PINs. Neither they nor what somebody typed for one is ever printed by accident.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, ops::RangeInclusive};

/// How many digits one may have.
pub const PIN_LENGTHS: RangeInclusive<u8> = 4..=12;

/// What has to be typed to come into a conference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Pin(String);

/// Why a text is no PIN. The text itself is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PIN has 4 to 12 digits and nothing else; or write \"generated\" or \"none\"")]
pub struct NoPin;

impl Pin {
    /// Takes digits, of a possible length.
    pub fn new(text: impl Into<String>) -> Result<Self, NoPin> {
        let text = text.into();
        let fits = u8::try_from(text.len()).is_ok_and(|length| PIN_LENGTHS.contains(&length));
        if fits && text.bytes().all(|byte| byte.is_ascii_digit()) { Ok(Self(text)) } else { Err(NoPin) }
    }

    /// One of this length, of a random number.
    pub fn of(random: u128, length: u8) -> Self {
        let length = length.clamp(*PIN_LENGTHS.start(), *PIN_LENGTHS.end());
        let digits = random % 10u128.pow(u32::from(length));
        Self(format!("{digits:0width$}", width = usize::from(length)))
    }

    /// What everybody would try first: one digit all along, or digits in a row, up or down.
    pub fn is_obvious(&self) -> bool {
        let digits = self.0.as_bytes();
        [0i16, 1, -1].iter().any(|step| digits.windows(2).all(|two| i16::from(two[1]) - i16::from(two[0]) == *step))
    }

    /// To be shown to whoever may know it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Which PIN somebody wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PinWish {
    #[default]
    Generated,
    None,
    Given(Pin),
}

impl Serialize for PinWish {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Generated => "generated",
            Self::None => "none",
            Self::Given(pin) => pin.reveal(),
        })
    }
}

impl<'de> Deserialize<'de> for PinWish {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "generated" => Ok(Self::Generated),
            "none" => Ok(Self::None),
            digits => Pin::new(digits).map(Self::Given).map_err(D::Error::custom),
        }
    }
}

/// The keys somebody pressed when asked for a PIN.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Typed(String);

impl Typed {
    pub fn new(keys: impl Into<String>) -> Self {
        Self(keys.into())
    }

    /// Nothing was pressed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is(&self, pin: &Pin) -> bool {
        self.0 == pin.0
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Typed(nothing)" } else { "Typed(…)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pin_is_digits_and_never_printed() {
        for bad in ["", "123", "1234567890123", "12a4", "12 34", "١٢٣٤"] {
            assert_eq!(Pin::new(bad), Err(NoPin), "{bad}");
        }
        let pin = Pin::new("0472").unwrap();
        assert!(!format!("{pin:?} {:?} {:?}", PinWish::Given(pin.clone()), Typed::new("0472")).contains("0472"));
        assert!(Typed::new("0472").is(&pin) && !Typed::new("472").is(&pin) && !Typed::default().is(&pin));
    }

    #[test]
    fn what_everybody_would_try_first_is_known() {
        for obvious in ["0000", "1111", "1234", "9876", "123456"] {
            assert!(Pin::new(obvious).unwrap().is_obvious(), "{obvious}");
        }
        for fine in ["1357", "1233", "0912", "4711"] {
            assert!(!Pin::new(fine).unwrap().is_obvious(), "{fine}");
        }
    }

    #[test]
    fn a_wish_is_a_word_or_digits() {
        let read = |text: &str| serde_json::from_str::<PinWish>(text);
        assert_eq!(read("\"generated\"").unwrap(), PinWish::Generated);
        assert_eq!(read("\"none\"").unwrap(), PinWish::None);
        assert_eq!(read("\"004711\"").unwrap(), PinWish::Given(Pin::new("004711").unwrap()));
        let refused = read("\"47x11\"").unwrap_err().to_string();
        assert!(refused.contains("4 to 12 digits") && !refused.contains("47x11"), "{refused}");
    }

    proptest! {
        #[test]
        fn every_random_number_makes_a_pin_of_the_length(random: u128, length in 4u8..=12) {
            let pin = Pin::of(random, length);
            prop_assert_eq!(pin.reveal().len(), usize::from(length));
            prop_assert_eq!(Pin::new(pin.reveal()), Ok(pin.clone()));
        }
    }
}

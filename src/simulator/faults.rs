//! What a test may break, on purpose and by name.

use std::{collections::VecDeque, time::Duration};

/// How the next `uuid_transfer -both` (or `uuid_dual_transfer`) goes wrong, although it answers `+OK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveFault {
    /// The leg named in the command is refused by the room.
    NamedRefused,
    /// Its partner is refused.
    OtherRefused,
    BothRefused,
    /// The partner follows this much later than the named leg.
    OtherLate(Duration),
}

#[derive(Default)]
pub(super) struct Faults {
    pub moves: VecDeque<MoveFault>,
    /// Commands with such a beginning are executed, but the reply is lost; each entry once.
    pub lost_replies: Vec<String>,
    pub reply_delay: Duration,
}

impl Faults {
    /// Is the reply to this command to be lost?
    pub(super) fn loses(&mut self, command: &str) -> bool {
        let at = self.lost_replies.iter().position(|prefix| command.starts_with(prefix.as_str()));
        at.map(|at| self.lost_replies.remove(at)).is_some()
    }
}

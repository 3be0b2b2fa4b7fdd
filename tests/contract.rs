//! The simulator against recordings of a real FreeSWITCH: the commands of a recording are played to it, and what
//! comes back is compared, reply by reply and, for each channel and room, event by event.
//!
//! Excerpts of the recordings are in `tests/recordings`; `cut.py` there made them. What is only known as a fact, not
//! as a recording, is tested as a fact in `contract/facts.rs`.

#[path = "contract/client.rs"]
mod client;
#[path = "contract/facts.rs"]
mod facts;
#[path = "contract/headers.rs"]
mod headers;
#[path = "contract/hook.rs"]
mod hook;
#[path = "contract/people.rs"]
mod people;
#[path = "contract/player.rs"]
mod player;
#[path = "contract/recording.rs"]
mod recording;
#[path = "contract/scenarios.rs"]
mod scenarios;

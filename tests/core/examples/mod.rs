//! Examples: one sentence each of what the house does, and of what it does when it cannot be sure.

mod announcing;
mod apart;
mod calls;
mod carrying;
mod conferences;
mod controls;
mod dialing_in;
mod doubts_about_calls;
mod doubts_about_conferences;
mod ending;
mod grouping;
mod host;
mod keeping;
mod owning;
mod phones;
mod reaching;
mod recordings;
mod rescuing;
mod speaking;

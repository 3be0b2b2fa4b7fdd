//! Examples: one sentence each of what the house does.

mod calls;
mod conferences;
pub mod desk;

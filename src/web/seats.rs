//! How many live streams each user has open.
//!
//! A stream holds a connection for as long as it lasts, and connections are few: without a limit for each user, one
//! of them could take all.

use crate::domain::ids::UserId;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The open streams of each user, counted. Whoever has none is not in it.
#[derive(Default)]
pub struct Seats(Mutex<BTreeMap<UserId, usize>>);

/// The right to one stream; given back when dropped.
pub struct Seat {
    seats: Arc<Seats>,
    user: UserId,
}

impl Seats {
    fn taken(&self) -> MutexGuard<'_, BTreeMap<UserId, usize>> {
        // Nothing panics while holding it, and the map is whole between any two operations.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this user has a page open, or a program follows for them.
    pub fn has(&self, user: UserId) -> bool {
        self.taken().contains_key(&user)
    }

    /// A seat for this user, unless they have that many already.
    pub fn take(self: &Arc<Self>, user: UserId, most: usize) -> Option<Seat> {
        let mut taken = self.taken();
        let count = taken.get(&user).copied().unwrap_or_default();
        if count >= most {
            return None;
        }
        taken.insert(user, count + 1);
        Some(Seat { seats: self.clone(), user })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        if let Some(count) = taken.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn seats_are_counted_by_user_and_given_back() {
        let seats = Arc::new(Seats::default());
        let (anna, ben) = (UserId::new(Uuid::from_u128(1)), UserId::new(Uuid::from_u128(2)));
        let first = seats.take(anna, 2).expect("the first");
        let _second = seats.take(anna, 2).expect("the second");
        assert!(seats.take(anna, 2).is_none());
        let of_ben = seats.take(ben, 2).expect("another user's");
        drop(first);
        assert!(seats.take(anna, 2).is_some());
        drop(of_ben);
        assert_eq!(seats.taken().keys().collect::<Vec<_>>(), [&anna]);
    }
}

//! How often somebody may fail to sign in: per name, so that one password is not guessed; per address, so that
//! one machine does not try every name.

use super::{
    accounts::{Failures, LoginFailures},
    problem::{Problem, ProblemCode},
    settings::LoginLimits,
};
use crate::domain::time::Timestamp;
use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One count for one name, however it was typed.
pub fn normalised(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Attempts whose outcome is not known yet; they count as failed, so that many at once gain nothing.
#[derive(Default)]
pub struct Limiter(Mutex<Pending>);

#[derive(Default)]
struct Pending {
    names: BTreeMap<String, u32>,
    addresses: BTreeMap<IpAddr, u32>,
}

/// An attempt under way. It must be noted before this is dropped.
pub struct Attempt<'a> {
    limiter: &'a Limiter,
    name: String,
    address: IpAddr,
}

impl Limiter {
    /// Lets one more attempt through, given the failures so far, or says when to come back.
    pub fn admit(
        &self,
        limits: &LoginLimits,
        name: &str,
        address: IpAddr,
        failed: LoginFailures,
        now: Timestamp,
    ) -> Result<Attempt<'_>, Problem> {
        let mut pending = self.lock();
        let by_name = pending.names.get(name).copied().unwrap_or_default();
        let by_address = pending.addresses.get(&address).copied().unwrap_or_default();
        let counts = [(failed.by_name, by_name, limits.by_name), (failed.by_address, by_address, limits.by_address)];
        let full = counts.into_iter().filter(|(failures, pending, limit)| failures.count + pending >= *limit);
        if let Some(wait) = full.map(|(failures, ..)| wait(failures, limits, now)).max() {
            let detail = format!("Too many attempts; try again in {wait} s.");
            return Err(Problem::new(ProblemCode::TooManyAttempts, detail).retry_after(wait));
        }
        *pending.names.entry(name.to_owned()).or_default() += 1;
        *pending.addresses.entry(address).or_default() += 1;
        Ok(Attempt { limiter: self, name: name.to_owned(), address })
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds until the oldest failure is forgotten; one, if only attempts under way are in the way.
fn wait(failures: Failures, limits: &LoginLimits, now: Timestamp) -> u64 {
    failures.oldest.map_or(1, |oldest| oldest.plus(limits.window).since(now).as_secs() + 1)
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let mut pending = self.limiter.lock();
        take_one(&mut pending.names, &self.name);
        take_one(&mut pending.addresses, &self.address);
    }
}

fn take_one<K: Ord>(counts: &mut BTreeMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn failures(by_name: u32, by_address: u32) -> LoginFailures {
        let failures = |count: u32| Failures { count, oldest: (count > 0).then_some(Timestamp(60_000)) };
        LoginFailures { by_name: failures(by_name), by_address: failures(by_address) }
    }

    #[test]
    fn the_limits_are_reached_by_name_and_by_address() {
        let (limiter, limits) = (Limiter::default(), LoginLimits::default());
        let admitted = |by_name, by_address| {
            limiter.admit(&limits, "anna", HERE, failures(by_name, by_address), Timestamp(120_000)).is_ok()
        };
        assert!(admitted(4, 19));
        assert!(!admitted(5, 0));
        assert!(!admitted(0, 20));
        assert!(limiter.lock().names.is_empty() && limiter.lock().addresses.is_empty(), "nothing stays behind");
    }

    #[test]
    fn attempts_under_way_count() {
        let (limiter, limits) = (Limiter::default(), LoginLimits::default());
        let admit = || limiter.admit(&limits, "anna", HERE, failures(3, 3), Timestamp(120_000));
        let first = admit().unwrap();
        let _second = admit().unwrap();
        assert!(admit().is_err());
        drop(first);
        assert!(admit().is_ok());
    }
}

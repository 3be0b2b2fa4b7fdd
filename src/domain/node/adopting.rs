//! Ordinary calls: those of an attendant's station that never came through the hook.

use super::{Ids, Node};
use crate::domain::{
    effect::{Command, Media, Tag},
    fact::{Arrival, Fact, StationLeg},
    ids::{CallId, ChannelId},
    input::{ChannelInfo, Outcome, Snapshot},
};
use std::collections::BTreeMap;

/// A call found under way, of which a snapshot does not say whether its sound goes past the switch.
#[derive(Debug)]
pub(super) struct UnderWay {
    other: ChannelId,
    info: ChannelInfo,
    unanswered: Vec<Media>,
}

impl Node {
    /// Those that were under way before we looked. What a snapshot does not say of them is asked first: nobody can
    /// ask for something that depends on it before it is known.
    pub(super) fn adopt_from(&mut self, snapshot: &Snapshot) {
        for (first, second) in &snapshot.bridges {
            if self.channels.contains_key(first) || self.channels.contains_key(second) {
                continue;
            }
            let (Some(a), Some(b)) = (snapshot.channels.get(first), snapshot.channels.get(second)) else { continue };
            let info = ChannelInfo { other_name: b.name.clone(), ..a.clone() };
            if self.whose_ordinary_call(&info).is_none() {
                continue;
            }
            let unanswered = vec![Media::Bypass, Media::Proxy];
            for media in &unanswered {
                let (channel, media) = (*first, *media);
                self.command(Tag::Media(channel, media), channel, Command::AskMedia { channel, media });
            }
            self.under_way.insert(*first, UnderWay { other: *second, info, unanswered });
        }
    }

    /// The switch said whether it is so. Where it could not, the call is over, or looked for again at the next look.
    pub(super) fn media_learned(&mut self, channel: ChannelId, media: Media, outcome: &Outcome, ids: &mut dyn Ids) {
        let Outcome::Ok(text) = outcome else {
            self.under_way.remove(&channel);
            return;
        };
        let Some(found) = self.under_way.get_mut(&channel) else { return };
        if text.trim() == "true" {
            match media {
                Media::Bypass => found.info.bypass_media = true,
                Media::Proxy => found.info.proxy_media = true,
            }
        }
        found.unanswered.retain(|other| *other != media);
        if !found.unanswered.is_empty() {
            return;
        }
        let Some(UnderWay { other, info, .. }) = self.under_way.remove(&channel) else { return };
        // Its own event may have told of it meanwhile.
        if !self.channels.contains_key(&channel) && !self.channels.contains_key(&other) {
            self.adopt(channel, other, &info, ids);
        }
    }

    /// One of the two is gone before it was known.
    pub(super) fn under_way_gone(&mut self, channel: ChannelId) {
        self.under_way.retain(|first, found| *first != channel && found.other != channel);
    }

    /// The station whose call it is, if it is that of an attendant's.
    fn whose_ordinary_call(&self, info: &ChannelInfo) -> Option<String> {
        let station = self.station_named(&info.name).or_else(|| self.station_named(&info.other_name))?;
        self.rules.stations.get(&station).filter(|station| station.owner.is_some()).map(|_| station)
    }

    /// An ordinary call of an attendant's station. Those of nobody's station are none of our business.
    pub(super) fn adopt(&mut self, first: ChannelId, second: ChannelId, info: &ChannelInfo, ids: &mut dyn Ids) {
        let outgoing = self.station_named(&info.name);
        let incoming = self.station_named(&info.other_name);
        let (station, station_channel, channel, name, number) = match (outgoing, incoming) {
            // The station dialed out: the other party is whoever answered.
            (Some(station), _) => (station, first, second, String::new(), info.destination.clone()),
            (None, Some(station)) => (station, second, first, info.caller_name.clone(), info.caller_number.clone()),
            (None, None) => return,
        };
        let attendant = self.rules.stations.get(&station).and_then(|station| station.owner.clone());
        if attendant.is_none() {
            return;
        }
        let id = CallId::new(ids.uuid());
        self.call_fact(
            id,
            Fact::CallArrived {
                channel,
                kind: Arrival::Extension,
                queue: None,
                caller_name: name,
                caller_number: number,
                variables: BTreeMap::new(),
                station: Some(StationLeg { station, channel: station_channel }),
                attendant,
                bypass_media: info.bypass_media,
                proxy_media: info.proxy_media,
            },
        );
    }

    /// The station whose channel or endpoint has this name: `sofia/internal/1001@192.0.2.7:5060`.
    pub(super) fn station_named(&self, channel_name: &str) -> Option<String> {
        let user = channel_name.rsplit('/').next()?.split('@').next()?;
        self.rules.stations.iter().find(|(_, station)| station.user == user).map(|(name, _)| name.clone())
    }
}

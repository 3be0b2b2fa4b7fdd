//! Ordinary calls: those of an attendant's station that never came through the hook.

use super::{Ids, Node, Owner};
use crate::domain::{
    effect::{Command, Media, Tag},
    fact::{Arrival, Fact, StationLeg},
    ids::{CallId, ChannelId},
    input::{ChannelInfo, Snapshot},
};
use std::collections::BTreeMap;

impl Node {
    /// Those that were under way before we looked. What a snapshot does not say of them is asked.
    pub(super) fn adopt_from(&mut self, snapshot: &Snapshot, ids: &mut dyn Ids) {
        for (first, second) in &snapshot.bridges {
            if self.channels.contains_key(first) || self.channels.contains_key(second) {
                continue;
            }
            let (Some(a), Some(b)) = (snapshot.channels.get(first), snapshot.channels.get(second)) else { continue };
            let info = ChannelInfo { other_name: b.name.clone(), ..a.clone() };
            self.adopt(*first, *second, &info, ids);
            if self.channels.contains_key(first) {
                for media in [Media::Bypass, Media::Proxy] {
                    self.command(Tag::Media(*first, media), *first, Command::AskMedia { channel: *first, media });
                }
            }
        }
    }

    pub(super) fn media_learned(&mut self, channel: ChannelId, media: Media) {
        if let Some(Owner::Caller(id) | Owner::Station(id)) = self.channels.get(&channel).copied() {
            let (bypass, proxy) = (media == Media::Bypass, media == Media::Proxy);
            self.call_fact(id, Fact::CallMedia { bypass, proxy });
        }
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

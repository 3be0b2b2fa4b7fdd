//! The composition root: every part of the program put together, once, for `serve` and `demo` alike.

use super::{recordings, rules, web_accounts::WebAccounts, web_groups::WebGroups};
use crate::{
    config::{Config, NodeConfig},
    domain::{
        dial_in::Order,
        effect::{Command, Tag},
        endpoint::Safe,
        fact::Person,
        ids::{ChannelId, NodeId},
        input::Input,
    },
    engine::{
        house::{House, NodeParts},
        node_task::Reach,
    },
    store::{SqliteStore, Store},
    switch::{
        hook::{Hook, HookConfig, HookHandle},
        link::{Link, LinkConfig, LinkHandle},
    },
    web::{self, Limits, MetricsAccess, ShutdownToken, WebContext, WebSettings},
};
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};
use uuid::Uuid;

/// Inputs that may wait for a node's task. The link's reader never waits for less than a burst: 500 legs at once
/// bring about 5,000 events.
const INPUTS: usize = 16_384;
/// Music for waiting callers is asked for in pieces of this length. Where two join there is a quarter of a second of
/// silence; and so long after our death, at most, the caller goes on in the dialplan.
const MUSIC_PIECE: Duration = Duration::from_secs(10);
/// How often changed users are looked for, to know whose station is whose.
const OWNERS_EVERY: Duration = Duration::from_secs(10);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A running house.
pub struct Running {
    pub http: SocketAddr,
    pub hook: SocketAddr,
    pub shutdown: ShutdownToken,
    pub house: Arc<House>,
    serving: JoinHandle<()>,
}

/// Reaches one switch, and the hook that all of them share.
struct NodeReach {
    link: LinkHandle,
    hook: HookHandle,
}

impl Reach for NodeReach {
    fn send(&self, lane: ChannelId, tag: Tag, command: Command) {
        self.link.send(lane, tag, command);
    }

    fn resync(&self) {
        self.link.resync();
    }

    fn hook_hold(&self, channel: ChannelId) {
        // Not there any more: then it hung up, and the link will say so.
        let _ = self.hook.hold(channel);
    }

    fn hook_release(&self, channel: ChannelId) {
        self.hook.release(channel);
    }

    fn hook_order(&self, channel: ChannelId, order: Order) {
        self.hook.order(channel, &order);
    }
}

impl Running {
    /// Starts everything: links, hook, tasks, page.
    pub async fn start(config: &Config, store: Arc<SqliteStore>) -> Result<Self, Failure> {
        let boot = Uuid::now_v7().simple().to_string();
        let store: Arc<dyn Store> = store;
        // Before anything listens: a caller must not come to a house that is about to give up.
        let mut rules = Vec::new();
        for node in &config.nodes {
            rules.push(rules::rules(config, node)?);
        }
        let http_listener = bind(config.http.listen, "[http] listen").await?;
        let http = http_listener.local_addr()?;

        let (mut sinks, mut receivers) = (BTreeMap::new(), Vec::new());
        for (node, rules) in config.nodes.iter().zip(rules) {
            let (sink, inputs) = mpsc::channel(INPUTS);
            sinks.insert(NodeId(node.id.clone()), sink);
            receivers.push((node, rules, inputs));
        }
        let hook_config = hook_config(config)?;
        let limits = Limits::default().within(raise_descriptors(), hook_config.max_connections);
        let hook = Hook::start(hook_config, hook_sink(&sinks))
            .await
            .map_err(|error| cannot_listen("[hook] listen", config.hook.listen, &error))?;
        let mut parts = Vec::new();
        for (node, rules, inputs) in receivers {
            let id = NodeId(node.id.clone());
            let Some(sink) = sinks.get(&id) else { continue };
            let link = Link::start(link_config(config, node)?, sink.clone());
            parts.push(NodeParts { id, rules, reach: Box::new(NodeReach { link, hook: hook.clone() }), inputs });
        }
        let (house, _tasks) = House::start(boot.clone(), store.clone(), parts).await?;
        tokio::spawn(keep_owners(house.clone(), store.clone()));
        tokio::spawn(prune(store.clone()));
        tokio::spawn(recordings::tidy(house.clone(), config.recording.clone()));

        let settings = WebSettings {
            trusted_proxies: config.http.trusted_proxies.clone(),
            secure_cookie: config.http.secure_cookie(),
            public_origin: config.http.public_url.clone(),
            metrics: MetricsAccess {
                token: config.http.metrics_token()?.map(|token| token.expose().to_owned()),
                networks: config.http.metrics_allow.clone(),
            },
            recordings: config.recording.shared_directory.clone(),
            ..WebSettings::default()
        };
        let (accounts, groups) = (Arc::new(WebAccounts::new(store.clone())), Arc::new(WebGroups(store)));
        let assets = Some(web::assets::page());
        let context = WebContext { server: house.clone(), accounts, groups, settings, boot, assets };
        let shutdown = ShutdownToken::new();
        let serving = tokio::spawn(web::serve(http_listener, web::routes(context), shutdown.clone(), limits));
        Ok(Self { http, hook: hook.address(), shutdown, house, serving })
    }

    /// Waits until the page is no longer served: after `shutdown`, when every connection has drained.
    pub async fn finished(self) {
        // It only fails when the task panicked; then there is nothing left to wait for either.
        let _ = self.serving.await;
    }
}

/// Lets us open as many files as the system permits, and says how many that are. The usual limit to start with is
/// 1024, kept so low for programs that cannot count further.
fn raise_descriptors() -> u64 {
    const USUAL: u64 = 1024;
    rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "the limit of open files could not be raised");
        rlimit::Resource::NOFILE.get_soft().unwrap_or(USUAL)
    })
}

async fn bind(address: SocketAddr, key: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| cannot_listen(key, address, &error))
}

fn cannot_listen(key: &str, address: SocketAddr, error: &std::io::Error) -> Failure {
    format!("{key}: cannot listen on {address} ({error}); is another program there?").into()
}

fn hook_config(config: &Config) -> Result<HookConfig, Failure> {
    let music = Safe::new(&*config.hook.music).map_err(|fault| format!("[hook] music: {fault}"))?;
    Ok(HookConfig {
        admit: config.hook.admit.clone(),
        variables: config.hook.variables.clone(),
        piece: MUSIC_PIECE,
        ..HookConfig::new(config.hook.listen, music)
    })
}

fn link_config(config: &Config, node: &NodeConfig) -> Result<LinkConfig, Failure> {
    let (host, port) = node
        .address
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.trim_matches(['[', ']']), port.parse().ok()?)))
        .ok_or_else(|| format!("[[node]] {:?}: address must be host:port", node.id))?;
    let mut link = LinkConfig::new(host, port, node.password()?.expose());
    link.speech_module = rules::speech_module(&config.speech)?;
    link.command_connections = usize::try_from(node.command_connections).unwrap_or(8);
    Ok(link)
}

/// The hook cannot say for certain which node a caller came from, so every node is told: a channel is only taken by
/// the node whose own link says that it exists.
fn hook_sink(sinks: &BTreeMap<NodeId, mpsc::Sender<Input>>) -> mpsc::Sender<Input> {
    if let [only] = sinks.values().collect::<Vec<_>>().as_slice() {
        return (*only).clone();
    }
    let (sender, mut arrivals) = mpsc::channel::<Input>(256);
    let nodes: Vec<_> = sinks.values().cloned().collect();
    tokio::spawn(async move {
        while let Some(input) = arrivals.recv().await {
            for node in &nodes {
                // A node whose task is gone is being shut down.
                let _ = node.send(input.clone()).await;
            }
        }
    });
    sender
}

async fn keep_owners(house: Arc<House>, store: Arc<dyn Store>) {
    let mut every = tokio::time::interval(OWNERS_EVERY);
    loop {
        every.tick().await;
        match store.users().await {
            Ok(users) => {
                let mut owners = BTreeMap::new();
                for user in users.iter().filter(|user| !user.disabled) {
                    for station in &user.stations {
                        owners.insert(station.clone(), Person { id: user.id, name: user.display_name.clone() });
                    }
                }
                house.set_station_owners(&owners).await;
            }
            Err(error) => tracing::warn!(%error, "users could not be read; stations keep their owners"),
        }
    }
}

async fn prune(store: Arc<dyn Store>) {
    let mut hourly = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hourly.tick().await;
        if let Err(error) = store.prune(super::now()).await {
            tracing::warn!(%error, "old sessions and keys could not be thrown away; tried again in an hour");
        }
    }
}

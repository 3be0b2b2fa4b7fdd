//! stub
use crate::domain::{ids::ChannelId, input::Input};
use ipnet::IpNet;
use tokio::{net::TcpListener, sync::mpsc};
#[derive(Default)]
pub struct HookConfig {
    pub admit: Vec<IpNet>,
    pub variables: Vec<String>,
    pub music: String,
    pub default_queue: String,
}
#[derive(Clone)]
pub struct HookHandle;
impl HookHandle {
    pub fn hold(&self, _: ChannelId) {}
    pub fn release(&self, _: ChannelId) {}
}
pub struct HookServer;
impl HookServer {
    pub fn start(_: TcpListener, _: HookConfig, _: mpsc::Sender<Input>) -> HookHandle {
        HookHandle
    }
}

//! Questions to a switch on a connection of their own, for checking an installation. Nothing here changes anything.

use super::connect::{Refusal, connect, lost};
use crate::domain::endpoint::Safe;
use freeswitch_esl_tokio::EslClient;
use std::time::Duration;

/// What may be asked. As with commands, only safe text goes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// `status`
    Status,
    /// `version`
    Version,
    /// Seconds since 1970, as the switch counts them.
    Clock,
    /// `module_exists`
    Module(Safe),
    /// A file of the configuration, as loaded: `conference.conf`
    Configuration(Safe),
    /// A context of the dialplan, as loaded.
    Context(Safe),
    /// A global variable.
    Global(Safe),
    /// The streams of music there are.
    Streams,
    /// Is there such a file on the switch?
    File(Safe),
    Gateway(Safe),
    SipProfile(Safe),
    Domain(Safe),
    User {
        user: Safe,
        domain: Safe,
    },
    /// Where a user's phone is registered.
    Contact {
        user: Safe,
        domain: Safe,
    },
}

fn text(question: &Question) -> String {
    match question {
        Question::Status => "status".to_owned(),
        Question::Version => "version".to_owned(),
        Question::Clock => "strepoch".to_owned(),
        Question::Module(name) => format!("module_exists {name}"),
        Question::Configuration(name) => format!("xml_locate configuration configuration name {name}"),
        Question::Context(name) => format!("xml_locate dialplan context name {name}"),
        Question::Global(name) => format!("global_getvar {name}"),
        Question::Streams => "local_stream show".to_owned(),
        Question::File(path) => format!("file_exists {path}"),
        Question::Gateway(name) => format!("sofia status gateway {name}"),
        Question::SipProfile(name) => format!("sofia status profile {name}"),
        Question::Domain(name) => format!("domain_exists {name}"),
        Question::User { user, domain } => format!("user_exists id {user} {domain}"),
        Question::Contact { user, domain } => format!("sofia_contact {user}@{domain}"),
    }
}

/// A connection to ask on.
pub struct Asker {
    client: EslClient,
}

impl Asker {
    /// Connects and logs in.
    pub async fn connect(host: &str, port: u16, password: &str, patience: Duration) -> Result<Self, Refusal> {
        let (client, _) = connect(host, port, password, patience, 1).await?;
        Ok(Self { client })
    }

    /// The reply as it came, or why there is none.
    pub async fn ask(&self, question: &Question) -> Result<String, String> {
        let text = text(question);
        let response = self.client.api(&text).await.map_err(|error| lost(&text, &self.client, &error))?;
        // A user of the Event Socket may be allowed only some commands; then the refusal is in the reply's line.
        Ok(response.body().or(response.reply_text()).unwrap_or_default().trim().to_owned())
    }
}

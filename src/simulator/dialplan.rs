//! The dialplan: inline action lists, and the few extensions of the shipped dialplan.

use super::{channel::Channel, world::World};
use std::collections::VecDeque;

pub(super) type Actions = VecDeque<(String, String)>;

/// A destination as `transfer` takes it.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    pub extension: String,
    pub dialplan: String,
    pub context: Option<String>,
}

impl Destination {
    pub(super) fn inline(actions: impl Into<String>) -> Self {
        Self { extension: actions.into(), dialplan: "inline".into(), context: None }
    }

    pub(super) fn from_words(words: &[String]) -> Option<Self> {
        Some(Self {
            extension: words.first()?.clone(),
            dialplan: words.get(1).cloned().unwrap_or_default(),
            context: words.get(2).cloned(),
        })
    }

    /// `extension/dialplan/context`, where an inline list may hold slashes of its own.
    pub(super) fn from_slashes(text: &str) -> Self {
        if let Some((actions, _)) = text.split_once("/inline") {
            return Self::inline(super::text::clean(actions));
        }
        let words: Vec<String> = text.splitn(3, '/').map(str::to_owned).collect();
        Self::from_words(&words).unwrap_or_else(|| Self::inline(""))
    }
}

/// `app:arg,app:arg`, or with another separator: `m:^:app:arg^app:arg`.
pub(super) fn inline_actions(text: &str) -> Actions {
    let (separator, text) = match text.strip_prefix("m:") {
        Some(rest) => match rest.split_once(':') {
            Some((separator, list)) if separator.chars().count() == 1 => {
                (separator.chars().next().unwrap_or(','), list)
            }
            _ => (',', text),
        },
        None => (',', text),
    };
    super::text::split(text, separator, usize::MAX)
        .iter()
        .filter(|action| !action.is_empty())
        .map(|action| match action.split_once(':') {
            Some((app, arg)) => (app.trim().to_owned(), arg.to_owned()),
            None => (action.trim().to_owned(), String::new()),
        })
        .collect()
}

fn action(app: &str, arg: impl Into<String>) -> (String, String) {
    (app.to_owned(), arg.into())
}

impl World {
    /// The actions behind a destination. None: no such extension, no such context.
    pub(super) fn look_up(&self, destination: &Destination, channel: &Channel) -> Option<Actions> {
        if destination.dialplan == "inline" {
            return Some(inline_actions(&destination.extension));
        }
        if !matches!(destination.dialplan.as_str(), "" | "XML") {
            return None;
        }
        let context = destination.context.as_deref().unwrap_or(&channel.context);
        if context != self.config.hook_context {
            return None;
        }
        let extension = &destination.extension;
        if let Some(actions) = self.config.extensions.get(extension) {
            return Some(inline_actions(actions));
        }
        if *extension == self.config.wait_extension {
            return Some(self.waiting(channel));
        }
        if *extension == self.config.dial_in_extension {
            return Some(self.dialing_in(channel));
        }
        if channel.inbound && self.config.access_numbers.contains(extension) {
            let mut actions = self.dialing_in(channel);
            actions.push_front(action("set", format!("switchboard_access={extension}")));
            return Some(actions);
        }
        if *extension == self.config.fallback_extension {
            return Some(fallback());
        }
        if channel.inbound && channel.get("switchboard_number") == Some(extension.as_str()) {
            let mut actions = self.waiting(channel);
            actions.push_front(action("set", format!("switchboard_called={extension}")));
            return Some(actions);
        }
        if self.stations.contains_key(extension) {
            return Some(VecDeque::from([
                action("set", "hangup_after_bridge=true"),
                action("bridge", format!("user/{extension}@{}", self.config.domain)),
            ]));
        }
        // An outside number, dialled by a station.
        let number = extension.strip_prefix('+').unwrap_or(extension);
        if number.len() > 4 && number.bytes().all(|digit| digit.is_ascii_digit()) {
            let gateway = self.config.gateways.keys().next_back()?;
            return Some(VecDeque::from([
                action("set", "hangup_after_bridge=true"),
                action("bridge", format!("sofia/gateway/{gateway}/{extension}")),
            ]));
        }
        None
    }

    /// The waiting extension we ship: answer, the hook, and while nobody answers it music and another try.
    fn waiting(&self, channel: &Channel) -> Actions {
        const PIECE: u64 = 2;
        let hooks = channel.get("switchboard_hooks").unwrap_or_default();
        let mut actions = VecDeque::from([
            action("answer", ""),
            action("set", "hangup_after_bridge=false"),
            action("set", "continue_on_fail=true"),
        ]);
        for _ in 0..(self.config.retry_for.as_secs() / PIECE).max(1) {
            if !hooks.is_empty() {
                actions.push_back(action("socket", format!("{hooks} async full")));
            }
            actions.push_back(action("set", format!("playback_timeout_sec={PIECE}")));
            actions.push_back(action("playback", "local_stream://moh"));
        }
        actions.push_back(action(
            "transfer",
            format!("{} XML {}", self.config.fallback_extension, self.config.hook_context),
        ));
        actions
    }
}

impl World {
    /// The shipped extension for whoever called an access number: the hook, three times, then a tone and goodbye.
    fn dialing_in(&self, channel: &Channel) -> Actions {
        const PIECE: u64 = 5;
        let hooks = channel.get("switchboard_hooks").unwrap_or_default();
        let mut actions = VecDeque::from([action("answer", ""), action("set", "sensitive_dtmf=true")]);
        for _ in 0..3 {
            actions.push_back(action("set", "switchboard_dial_in=${switchboard_access}"));
            if !hooks.is_empty() {
                actions.push_back(action("socket", format!("{hooks} async full")));
            }
            actions.push_back(action("unset", "switchboard_dial_in"));
            actions.push_back(action("set", "sensitive_dtmf=false"));
            actions.push_back(action("set", format!("playback_timeout_sec={PIECE}")));
            actions.push_back(action("playback", "local_stream://moh"));
        }
        actions.push_back(action("playback", "tone_stream://v=-13;%(250,250,425);loops=8"));
        actions.push_back(action("hangup", "NORMAL_TEMPORARY_FAILURE"));
        actions
    }
}

/// The operator's own way out: here an announcement and goodbye.
fn fallback() -> Actions {
    VecDeque::from([
        action("set", "playback_timeout_sec="),
        action("set", "switchboard_fallback=true"),
        action("playback", "tone_stream://%(5000,0,440)"),
        action("hangup", "NORMAL_CLEARING"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_lists_take_another_separator() {
        let list = inline_actions("m:^:bridge:{a=b,c=d}sofia/internal/1@h:5060^transfer:9005 XML default");
        assert_eq!(list[0], ("bridge".into(), "{a=b,c=d}sofia/internal/1@h:5060".into()));
        assert_eq!(list[1], ("transfer".into(), "9005 XML default".into()));
        assert_eq!(inline_actions("conference:r@default,park:").len(), 2);
    }

    #[test]
    fn a_dual_transfer_destination_may_hold_slashes() {
        let destination = Destination::from_slashes("endless_playback:local_stream://moh/inline");
        assert_eq!(destination.extension, "endless_playback:local_stream://moh");
        assert_eq!(destination.dialplan, "inline");
        let destination = Destination::from_slashes("9007/XML/default");
        assert_eq!((destination.dialplan.as_str(), destination.context.as_deref()), ("XML", Some("default")));
    }
}

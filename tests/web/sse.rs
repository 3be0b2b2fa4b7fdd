//! Reads server-sent events as a browser does.

use crate::house::PATIENCE;
use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

pub struct Events {
    response: Response,
    text: String,
}

#[derive(Debug, Default, PartialEq)]
pub struct Event {
    pub id: String,
    pub event: String,
    pub data: Value,
}

impl Events {
    pub fn of(response: Response) -> Self {
        Self { response, text: String::new() }
    }

    /// The next block of lines; none at the end of the stream.
    pub async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("something in time");
            self.text.push_str(std::str::from_utf8(&chunk.ok()??).unwrap());
        }
    }

    /// The next event, comments left out; none at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            let mut event = Event::default();
            for (name, value) in block.lines().filter_map(|line| line.split_once(':')) {
                match name {
                    "id" => event.id = value.into(),
                    "event" => event.event = value.into(),
                    "data" => event.data = serde_json::from_str(value).unwrap(),
                    _ => {}
                }
            }
            if !event.event.is_empty() {
                return Some(event);
            }
        }
    }

    /// The next event, which must be this one.
    pub async fn expect(&mut self, event: &str) -> Event {
        let next = self.next().await.unwrap_or_else(|| panic!("{event}, not the end"));
        assert_eq!(next.event, event, "{next:?}");
        next
    }
}

//! Recordings are deleted when they have been kept for as long as was configured.

use crate::{
    config::RecordingConfig,
    domain::{recording::RecordingState, time::Timestamp},
    engine::{ApplicationServer, HistoryQuery, view::ConferenceView},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Conferences looked at in one go.
const PAGE: u32 = 200;

/// Once a day, for ever; at once, if nothing is to be deleted.
pub(super) async fn tidy(house: Arc<dyn ApplicationServer>, config: RecordingConfig) {
    let Some(folder) = config.shared_directory.filter(|_| config.keep_days > 0) else { return };
    let keep = DAY * config.keep_days;
    let mut daily = tokio::time::interval(DAY);
    loop {
        daily.tick().await;
        let now = super::now();
        let before = Timestamp(now.0.saturating_sub(i64::try_from(keep.as_millis()).unwrap_or(i64::MAX)));
        match delete_before(&*house, &folder, before).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, days = config.keep_days, "old recordings were deleted"),
            Err(why) => tracing::warn!(%why, "old recordings could not be deleted; tried again in a day"),
        }
    }
}

/// Only files the journal names are touched.
async fn delete_before(house: &dyn ApplicationServer, folder: &Path, before: Timestamp) -> Result<u64, String> {
    let mut deleted = 0;
    let mut page_before = Some(before);
    while let Some(moment) = page_before {
        let query = HistoryQuery { before: Some(moment), limit: PAGE, owner: None };
        let page = house.history(query).await.map_err(|error| error.to_string())?;
        for path in page.iter().flat_map(|conference| old_files(conference, folder, before)) {
            match tokio::fs::remove_file(&path).await {
                Ok(()) => deleted += 1,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(%error, path = %path.display(), "a recording could not be deleted"),
            }
        }
        page_before = page.last().map(|last| last.created_at).filter(|next| *next < moment);
    }
    Ok(deleted)
}

fn old_files(conference: &ConferenceView, folder: &Path, before: Timestamp) -> Vec<PathBuf> {
    let old = conference
        .recordings
        .iter()
        .filter(|one| one.state == RecordingState::Ended && one.ended_at.is_some_and(|ended| ended < before));
    // A name without a folder: nothing outside ours can be meant.
    old.map(|one| Path::new(&one.file)).filter_map(|name| name.file_name()).map(|name| folder.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::{ConferenceId, RecordingId},
        engine::{
            Follow, HistoryError,
            messages::{CallRequest, CallResponse},
            view::{LastTime, Story},
        },
    };
    use futures_util::{FutureExt, future::BoxFuture};
    use serde_json::json;
    use std::fs;
    use uuid::Uuid;

    /// Ended conferences, newest first, and nothing else.
    struct Past(Vec<ConferenceView>);

    impl ApplicationServer for Past {
        fn request(&self, _: CallRequest) -> BoxFuture<'_, CallResponse> {
            unreachable!("nothing is asked for")
        }
        fn follow(&self) -> Follow {
            unreachable!("nobody follows")
        }
        fn history(&self, query: HistoryQuery) -> BoxFuture<'_, Result<Vec<ConferenceView>, HistoryError>> {
            let before = query.before.map_or(i64::MAX, |moment| moment.0);
            // Two a page, so that there is more than one.
            let page = self.0.iter().filter(|one| one.created_at.0 < before).take(2).cloned().collect();
            async move { Ok(page) }.boxed()
        }
        fn story(&self, _: ConferenceId) -> BoxFuture<'_, Result<Option<Story>, HistoryError>> {
            unreachable!("no story is read")
        }
        fn last_time<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<LastTime>, HistoryError>> {
            unreachable!("nobody calls again")
        }
        fn is_ready(&self) -> Result<(), String> {
            Ok(())
        }
        fn metrics(&self) -> String {
            String::new()
        }
    }

    fn conference(at: i64, file: &str) -> ConferenceView {
        let id = |number: i64| Uuid::from_u128(u128::from(number.unsigned_abs()));
        let moment = |at| serde_json::to_value(Timestamp(at)).expect("a moment is text");
        let view = json!({
            "id": ConferenceId::new(id(at)).to_string(), "node_id": "fs1", "state": "ended", "room": "r",
            "owner": {"id": crate::domain::ids::UserId::new(id(1)).to_string(), "name": "Anna"}, "locked": false,
            "ports": 2, "created_at": moment(at), "participants": [], "recordings": [{
                "id": RecordingId::new(id(at)).to_string(), "file": file, "state": "ended",
                "asked_at": moment(at), "started_at": moment(at), "ended_at": moment(at + 1),
            }],
        });
        serde_json::from_value(view).expect("a conference as the store has it")
    }

    #[tokio::test]
    async fn only_old_files_the_journal_names_are_deleted() {
        let outside = tempfile::tempdir().expect("a folder");
        let folder = outside.path().join("recordings");
        fs::create_dir(&folder).expect("a folder in it");
        for name in ["new.wav", "a.wav", "b.wav", "c.wav", "strange.wav", "../secret.wav"] {
            fs::write(folder.join(name), "x").expect("a file");
        }
        let past = Past(vec![
            conference(1_000_000, "new.wav"),
            conference(4_000, "a.wav"),
            conference(3_000, "gone.wav"),
            conference(2_000, "b.wav"),
            conference(1_000, "../secret.wav"),
            conference(500, "c.wav"),
        ]);
        assert_eq!(delete_before(&past, &folder, Timestamp(10_000)).await, Ok(3));
        let mut left: Vec<_> = fs::read_dir(&folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
            .collect();
        left.sort();
        assert_eq!(left, ["new.wav", "strange.wav"]);
        assert!(outside.path().join("secret.wav").exists(), "nothing outside the folder is touched");
    }
}

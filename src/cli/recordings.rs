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

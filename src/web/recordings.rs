//! The recordings of a conference: which there are, and their files.
//!
//! Nothing of a request becomes a path: a recording is looked up by its id, and its file by the name the journal has.

use super::{
    Web, api, board,
    permissions::Route,
    problem::{Problem, ProblemCode},
    range::{Wanted, wanted},
    request::Request,
    resource::{Asked, Endpoint, audit, resource},
};
use crate::{
    domain::{
        ids::{ConferenceId, RecordingId},
        recording::RecordingState,
    },
    engine::view::{ConferenceView, RecordingView},
};
use bytes::Bytes;
use futures_util::{Stream, stream};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::{
    io::{self, SeekFrom},
    path::Path,
    sync::Arc,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};
use utoipa::ToSchema;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// So much of a file is in memory at a time, for each who downloads.
const PIECE: u64 = 64 * 1024;

/// All recordings of one conference, oldest first.
#[derive(Serialize, ToSchema)]
pub struct Recordings {
    pub recordings: Vec<RecordingFile>,
}

/// One recording, and whether it can be downloaded.
#[derive(Serialize, ToSchema)]
pub struct RecordingFile {
    pub recording: RecordingView,
    /// It is over, its file is where it can be read, and it has not been deleted.
    pub available: bool,
}

pub(super) fn routes(web: &Arc<Web>) -> BoxedFilter<(Response,)> {
    let of = api("conferences").and(warp::path::param::<String>()).and(warp::path("recordings"));
    let all = resource(web, of.and(warp::path::end()), vec![Endpoint::new(Route::RecordingList, list)]);
    let one = resource(
        web,
        of.and(warp::path::param::<String>()).and(warp::path::end()).map(|conference, id| (conference, id)),
        vec![Endpoint::new(Route::RecordingRead, download)],
    );
    all.or(one).unify().boxed()
}

async fn list(asked: Asked<String>) -> Result<Response, Problem> {
    let conference = conference(&asked.web, &asked, &asked.path).await?;
    let mut recordings = Vec::new();
    for recording in conference.recordings {
        let available = is_over(&recording) && open(&asked.web, &recording).await.is_ok();
        recordings.push(RecordingFile { recording, available });
    }
    Ok(warp::reply::json(&Recordings { recordings }).into_response())
}

async fn download(asked: Asked<(String, String)>) -> Result<Response, Problem> {
    let id = board::id::<RecordingId>(&asked.path.1)?;
    let conference = conference(&asked.web, &asked, &asked.path.0).await?;
    let found = conference.recordings.into_iter().find(|one| one.id == id);
    let Some(recording) = found else {
        return Err(Problem::new(ProblemCode::NotFound, format!("There is no recording {id} of this conference.")));
    };
    if !is_over(&recording) {
        let detail = "It is still being recorded; its file is complete when it has ended.";
        return Err(Problem::new(ProblemCode::WrongState, detail));
    }
    let (file, length) = open(&asked.web, &recording).await?;
    let response = answer(&asked.request, &recording, file, length).await?;
    audit(&asked.web, asked.caller()?, asked.request.address, asked.route, Some(id.to_string()), "read").await;
    Ok(response)
}

async fn conference<P>(web: &Web, asked: &Asked<P>, id: &str) -> Result<ConferenceView, Problem> {
    board::conference(web, &asked.caller()?.identity, board::id::<ConferenceId>(id)?).await
}

fn is_over(recording: &RecordingView) -> bool {
    matches!(recording.state, RecordingState::Ended | RecordingState::Failed)
}

/// A plain file of that name in the shared folder, and nothing else.
async fn open(web: &Web, recording: &RecordingView) -> Result<(File, u64), Problem> {
    let missing = |why: &str| Problem::new(ProblemCode::NotFound, format!("{} {why}", recording.file));
    let folder = web.settings.recordings.as_deref().ok_or_else(|| {
        missing("cannot be downloaded: no [recording] shared_directory is configured; ask the administrator.")
    })?;
    let name = Path::new(&recording.file);
    if name.file_name().is_none_or(|plain| plain != name.as_os_str()) {
        return Err(missing("is no file's name."));
    }
    let path = folder.join(name);
    let gone = "is not there: nothing was recorded, or it was deleted, or the folder is not the switch's.";
    let about = tokio::fs::symlink_metadata(&path).await.map_err(|_| missing(gone))?;
    if !about.is_file() {
        return Err(missing(gone));
    }
    let file = File::open(&path).await.map_err(|error| {
        tracing::error!(%error, path = %path.display(), "a recording cannot be read");
        missing("cannot be read; ask the administrator, the log says why.")
    })?;
    Ok((file, about.len()))
}

async fn answer(
    request: &Request,
    recording: &RecordingView,
    mut file: File,
    length: u64,
) -> Result<Response, Problem> {
    let tag = format!("\"{}-{length}\"", recording.id);
    let unchanged = request.header("if-range")?.is_none_or(|known| known == tag);
    let asked = request.header("range")?.filter(|_| unchanged);
    let (status, first, count, of) = match wanted(asked, length) {
        Wanted::Whole => (StatusCode::OK, 0, length, None),
        Wanted::Part { first, last } => {
            (StatusCode::PARTIAL_CONTENT, first, last - first + 1, Some(format!("bytes {first}-{last}/{length}")))
        }
        Wanted::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0, Some(format!("bytes */{length}"))),
    };
    file.seek(SeekFrom::Start(first)).await.map_err(|error| {
        tracing::error!(%error, "a recording cannot be read");
        Problem::new(ProblemCode::Internal, "The recording cannot be read; the log says why.")
    })?;
    let mut response = warp::reply::stream(pieces(file, count)).into_response();
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let name = format!("attachment; filename=\"{}\"", recording.file);
    for (header, value) in [
        (header::CONTENT_TYPE, Some("audio/wav".to_owned())),
        (header::CONTENT_LENGTH, Some(count.to_string())),
        (header::ACCEPT_RANGES, Some("bytes".to_owned())),
        (header::ETAG, Some(tag)),
        (header::CONTENT_RANGE, of),
        (header::CONTENT_DISPOSITION, Some(name)),
    ] {
        // Names and ids of our own: letters, digits and a few signs.
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(header, value);
        }
    }
    Ok(response)
}

/// So many bytes from where the file stands.
fn pieces(file: File, count: u64) -> impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static {
    stream::unfold((file, count), |(mut file, left)| async move {
        if left == 0 {
            return None;
        }
        let mut piece = vec![0; usize::try_from(left.min(PIECE)).unwrap_or(0)];
        match file.read(&mut piece).await {
            // Shorter than it was a moment ago: the connection breaks off, and the client knows.
            Ok(0) => Some((Err(io::ErrorKind::UnexpectedEof.into()), (file, 0))),
            Ok(read) => {
                piece.truncate(read);
                let left = left.saturating_sub(u64::try_from(read).unwrap_or(left));
                Some((Ok(Bytes::from(piece)), (file, left)))
            }
            Err(error) => Some((Err(error), (file, 0))),
        }
    })
}

//! What is to be heard in rooms besides people: is it there on the switch?

use super::{finding::Findings, safe};
use crate::{
    config::Config,
    switch::question::{Asker, Question},
};

/// What of the configuration must be on a node to be heard there.
#[derive(Clone, Debug, Default)]
pub struct HeardPlan {
    /// (what it is for, where it is on the switch)
    pub files: Vec<(String, String)>,
    pub speech: Option<SpeechPlan>,
    /// The folder recordings go to.
    pub recordings: Option<String>,
}

#[derive(Clone, Debug)]
pub struct SpeechPlan {
    pub engine: String,
    pub module: String,
    pub voices: Vec<String>,
}

/// Voices of mod_flite: the switch cannot be asked which there are.
const OF_FLITE: [&str; 5] = ["awb", "kal", "kal16", "rms", "slt"];

impl HeardPlan {
    pub fn of(config: &Config) -> Self {
        let (recording, speech) = (&config.recording, &config.speech);
        let sounds = config.sounds.files.iter().map(|(name, file)| (format!("sound {name}"), file.clone()));
        let prompt = config.confirm.prompt.iter().map(|file| ("[confirm] prompt".to_owned(), file.clone()));
        let announced = (recording.enabled && !recording.announce.is_empty())
            .then(|| ("[recording] announce".to_owned(), recording.announce.clone()));
        // What has no whole path is looked for by the switch in folders we do not know.
        let files = sounds.chain(prompt).chain(announced).filter(|(_, file)| file.starts_with('/')).collect();
        let voices = std::iter::once(&speech.voice).chain(speech.voices.values()).cloned().collect();
        Self {
            files,
            speech: speech.is_wanted().then(|| SpeechPlan {
                engine: speech.engine.clone(),
                module: speech.module(),
                voices,
            }),
            recordings: recording.enabled.then(|| recording.directory.clone()),
        }
    }
}

pub async fn check(plan: &HeardPlan, asker: &Asker, findings: &mut Findings) -> Result<(), String> {
    let mut missing = false;
    for (what, file) in &plan.files {
        if asker.ask(&Question::File(safe(file)?)).await? != "true" {
            missing = true;
            findings.fail(
                "sounds",
                format!("{what}: there is no {file} on the switch"),
                "put the file there, readable by FreeSWITCH's user, or change the configuration",
            );
        }
    }
    if !missing && !plan.files.is_empty() {
        findings.ok("sounds", format!("all {} files are there", plan.files.len()));
    }
    if let Some(speech) = &plan.speech {
        self::speech(speech, asker, findings).await?;
    }
    if let Some(folder) = &plan.recordings {
        if asker.ask(&Question::File(safe(folder)?)).await? == "true" {
            findings.ok("recordings", format!("{folder} is there"));
        } else {
            findings.warn(
                "recordings",
                format!("there is no {folder} on the switch yet"),
                "FreeSWITCH makes it with the first recording, if it may; make it, and give it to FreeSWITCH's user",
            );
        }
    }
    Ok(())
}

async fn speech(plan: &SpeechPlan, asker: &Asker, findings: &mut Findings) -> Result<(), String> {
    let SpeechPlan { engine, module, voices } = plan;
    if asker.ask(&Question::Module(safe(module)?)).await? != "true" {
        findings.fail(
            "speech",
            format!("{module} is not loaded: texts are refused, and tones stand in for names"),
            "load it in modules.conf.xml, or leave [speech] engine out",
        );
        return Ok(());
    }
    let strange: Vec<&str> = match engine.as_str() {
        "flite" => voices.iter().map(String::as_str).filter(|voice| !OF_FLITE.contains(voice)).collect(),
        _ => Vec::new(),
    };
    if !strange.is_empty() {
        let mend = format!("take one of {}", OF_FLITE.join(", "));
        findings.fail("speech", format!("flite has no voice {}", strange.join(", ")), mend);
    } else if engine == "flite" {
        findings.ok("speech", format!("{module} is loaded, and has {}", voices.join(", ")));
    } else {
        findings.ok("speech", format!("{module} is loaded; whether it has {} it does not say", voices.join(", ")));
    }
    Ok(())
}

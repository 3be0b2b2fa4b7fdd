//! Tones: making them, finding them again, and the µ-law they travel in.
//!
//! Every tone is a multiple of 50 Hz, so that a 20 ms frame holds a whole number of its periods: then the tones of
//! many talkers do not leak into each other, wherever in the tone a frame begins.

use std::f64::consts::TAU;
use std::io::Write;
use std::path::Path;

pub const RATE: u32 = 8000;
/// Samples in a frame of 20 ms.
pub const FRAME: usize = 160;
/// How loud each talker is. Twelve at once still fit into 16 bits.
pub const LOUDNESS: f64 = 1500.0;
/// From here on a tone counts as heard.
const AUDIBLE: f64 = 300.0;

/// A steady tone, frame after frame.
#[derive(Debug, Clone)]
pub struct Tone {
    hertz: u32,
    sample: u32,
}

impl Tone {
    pub fn new(hertz: u32) -> Self {
        assert!(hertz.is_multiple_of(50), "tones are multiples of 50 Hz");
        Self { hertz, sample: 0 }
    }

    pub fn frame(&mut self, loudness: f64) -> [i16; FRAME] {
        let mut frame = [0_i16; FRAME];
        for slot in &mut frame {
            *slot = (loudness * (TAU * f64::from(self.hertz) * f64::from(self.sample) / f64::from(RATE)).sin()) as i16;
            self.sample = (self.sample + 1) % RATE;
        }
        frame
    }
}

/// The amplitude of one frequency in these samples (Goertzel).
pub fn amplitude(hertz: u32, samples: &[i16]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let step = TAU * f64::from(hertz) / f64::from(RATE);
    let coefficient = 2.0 * step.cos();
    let (mut before, mut last) = (0.0, 0.0);
    for &sample in samples {
        let next = f64::from(sample) + coefficient * last - before;
        before = last;
        last = next;
    }
    let power = last * last + before * before - coefficient * last * before;
    2.0 * power.max(0.0).sqrt() / samples.len() as f64
}

pub fn audible(hertz: u32, samples: &[i16]) -> bool {
    amplitude(hertz, samples) >= AUDIBLE
}

/// Every tone that can be heard in these samples.
pub fn audible_tones(samples: &[i16]) -> Vec<u32> {
    (6..=68).map(|step| step * 50).filter(|&hertz| audible(hertz, samples)).collect()
}

pub fn encode_ulaw(sample: i16) -> u8 {
    const BIAS: i32 = 0x84;
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs()).min(32635) + BIAS;
    let exponent = (24 - magnitude.leading_zeros() as i32).clamp(0, 7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !((sign | (exponent << 4) | mantissa) as u8)
}

pub fn decode_ulaw(byte: u8) -> i16 {
    let byte = !byte;
    let exponent = i32::from((byte >> 4) & 0x07);
    let mantissa = i32::from(byte & 0x0f);
    let magnitude = ((mantissa << 3) + 0x84) << exponent;
    let sample = magnitude - 0x84;
    (if byte & 0x80 == 0 { sample } else { -sample }) as i16
}

/// Writes a tone as a sound file that can be played round and round without a seam.
pub fn write_wav(path: &Path, hertz: u32, seconds: u32, loudness: f64) -> std::io::Result<()> {
    let mut tone = Tone::new(hertz);
    let second: Vec<u8> =
        (0..RATE as usize / FRAME).flat_map(|_| tone.frame(loudness)).flat_map(i16::to_le_bytes).collect();
    let bytes = RATE * seconds * 2;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(b"RIFF")?;
    file.write_all(&(36 + bytes).to_le_bytes())?;
    file.write_all(b"WAVEfmt \x10\0\0\0\x01\0\x01\0")?;
    file.write_all(&RATE.to_le_bytes())?;
    file.write_all(&(RATE * 2).to_le_bytes())?;
    file.write_all(b"\x02\0\x10\0data")?;
    file.write_all(&bytes.to_le_bytes())?;
    for _ in 0..seconds {
        file.write_all(&second)?;
    }
    file.flush()
}

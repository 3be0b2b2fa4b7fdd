//! Samples of one figure, and the table all of them are printed in.

/// What several runs gave.
#[derive(Clone)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn new(mut values: Vec<f64>) -> Self {
        assert!(!values.is_empty(), "at least one run");
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    pub fn median(&self) -> f64 {
        let middle = self.0.len() / 2;
        if self.0.len() % 2 == 1 { self.0[middle] } else { f64::midpoint(self.0[middle - 1], self.0[middle]) }
    }

    fn least(&self) -> f64 {
        self.0[0]
    }

    fn most(&self) -> f64 {
        self.0[self.0.len() - 1]
    }
}

/// A bound for the ratio or the figure itself.
pub enum Aim {
    AtLeast(f64),
    AtMost(f64),
}

struct Row {
    what: String,
    unit: &'static str,
    samples: Samples,
    ratio: Option<(f64, String)>,
    aim: Option<(String, bool)>,
}

#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Table {
    /// A figure that others are compared with.
    pub fn figure(&mut self, what: &str, unit: &'static str, samples: &Samples) {
        self.rows.push(Row { what: what.to_owned(), unit, samples: samples.clone(), ratio: None, aim: None });
    }

    /// A figure, and how it stands to another of the same run; the aim is for the ratio of the medians.
    pub fn compared(
        &mut self,
        what: &str,
        unit: &'static str,
        samples: &Samples,
        with: (&str, &Samples),
        aim: Option<&Aim>,
    ) {
        let ratio = samples.median() / with.1.median();
        self.figure(what, unit, samples);
        if let Some(row) = self.rows.last_mut() {
            row.ratio = Some((ratio, with.0.to_owned()));
            row.aim = aim.map(|aim| judge(aim, ratio));
        }
    }

    /// The aim is for the median of the last figure itself.
    pub fn aim_at(&mut self, aim: &Aim) {
        if let Some(row) = self.rows.last_mut() {
            row.aim = Some(judge(aim, row.samples.median()));
        }
    }

    /// Something to know about the figures.
    pub fn note(&mut self, text: String) {
        eprintln!("  {text}");
        self.notes.push(text);
    }

    pub fn print(&self) {
        let widest = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        println!(
            "\n{:widest$}  {:>9}  {:>9}  {:>9}  {:9}  {:>6}  {:26}  aim",
            "", "min", "median", "max", "unit", "ratio", "to"
        );
        for row in &self.rows {
            let (ratio, to) = row.ratio.as_ref().map(|(r, to)| (format!("{r:.2}"), to.as_str())).unwrap_or_default();
            let aim = row.aim.as_ref().map(|(text, met)| format!("{text}: {}", if *met { "met" } else { "MISSED" }));
            println!(
                "{:widest$}  {:>9}  {:>9}  {:>9}  {:9}  {ratio:>6}  {to:26}  {}",
                row.what,
                short(row.samples.least()),
                short(row.samples.median()),
                short(row.samples.most()),
                row.unit,
                aim.unwrap_or_default(),
            );
        }
        println!();
        for note in &self.notes {
            println!("- {note}");
        }
    }
}

fn judge(aim: &Aim, value: f64) -> (String, bool) {
    match aim {
        Aim::AtLeast(bound) => (format!("at least {bound}"), value >= *bound),
        Aim::AtMost(bound) => (format!("at most {bound}"), value <= *bound),
    }
}

fn short(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

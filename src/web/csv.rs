//! Comma-separated values (RFC 4180), safe to open in a spreadsheet.

/// Lines of fields, each line ended by CR LF.
#[derive(Default)]
pub struct Csv(String);

impl Csv {
    /// One line.
    pub fn line<'a>(&mut self, fields: impl IntoIterator<Item = &'a str>) {
        for (number, field) in fields.into_iter().enumerate() {
            if number > 0 {
                self.0.push(',');
            }
            self.field(field);
        }
        self.0.push_str("\r\n");
    }

    /// Quoted where it must be. What a spreadsheet would take for a formula gets an apostrophe before it, for names
    /// and numbers are what a stranger's telephone says they are.
    fn field(&mut self, text: &str) {
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        if !formula && !text.contains(['"', ',', '\r', '\n']) {
            self.0.push_str(text);
            return;
        }
        self.0.push('"');
        if formula {
            self.0.push('\'');
        }
        self.0.push_str(&text.replace('"', "\"\""));
        self.0.push('"');
    }

    pub fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(field: &str) -> String {
        let mut csv = Csv::default();
        csv.line([field]);
        csv.into_text().trim_end_matches("\r\n").to_owned()
    }

    /// As RFC 4180 has it read.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (mut lines, mut line, mut field) = (Vec::new(), Vec::new(), String::new());
        let (mut chars, mut quoted) = (text.chars().peekable(), false);
        while let Some(one) = chars.next() {
            match one {
                '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => line.push(std::mem::take(&mut field)),
                '\r' if !quoted => {}
                '\n' if !quoted => {
                    line.push(std::mem::take(&mut field));
                    lines.push(std::mem::take(&mut line));
                }
                _ => field.push(one),
            }
        }
        lines
    }

    #[test]
    fn what_must_be_quoted_is_and_nothing_else() {
        assert_eq!(one("Zhang Wei 张伟"), "Zhang Wei 张伟");
        assert_eq!(one("Wei, Zhang"), "\"Wei, Zhang\"");
        assert_eq!(one("\"Bob\""), "\"\"\"Bob\"\"\"");
        assert_eq!(one("two\nlines"), "\"two\nlines\"");
        assert_eq!(one(""), "");
    }

    #[test]
    fn nothing_is_taken_for_a_formula() {
        for field in ["=1+1", "+4930111", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠A1"] {
            assert_eq!(one(field), format!("\"'{field}\""));
        }
        assert_eq!(one("a=1"), "a=1");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(lines in prop::collection::vec(prop::collection::vec(".*", 1..4), 1..4)) {
            let mut csv = Csv::default();
            for line in &lines {
                csv.line(line.iter().map(String::as_str));
            }
            let read = read(&csv.into_text());
            let harmless = |field: &String| match field.chars().next() {
                Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => format!("'{field}"),
                _ => field.clone(),
            };
            let expected: Vec<Vec<String>> = lines.iter().map(|line| line.iter().map(harmless).collect()).collect();
            prop_assert_eq!(read, expected);
        }
    }
}

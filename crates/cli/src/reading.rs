//! Photos → lines.

use std::ffi::OsStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use shiming_identity::Date;
use shiming_identity::document::pages;
use shiming_vision::{ModelError, Models, Reader};

use crate::line::Line;
use crate::picture;

/// Reads documents with the models that are part of the program.
pub(crate) struct Documents {
    reader: Reader,
    today: Date,
}

impl Documents {
    pub(crate) fn new(today: Date) -> Result<Self, ModelError> {
        let reader = Reader::new(Models {
            finder: include_bytes!("../../../models/finder.onnx"),
            sorter: include_bytes!("../../../models/sorter.onnx"),
            grain: include_bytes!("../../../models/grain.onnx"),
            narrow: include_bytes!("../../../models/narrow.onnx"),
            recogniser: Some(include_bytes!("../../../models/recogniser.onnx")),
        })?;
        Ok(Self { reader, today })
    }

    /// What is in `file`: at least one line.
    pub(crate) fn of_file(&self, file: &OsStr) -> Vec<Line> {
        let name = file.to_string_lossy();
        let start = Instant::now();
        // The decoders and the runtime are libraries: should one of them panic, this file is the only one that suffers.
        catch_unwind(AssertUnwindSafe(|| self.lines(file, &name)))
            .unwrap_or_else(|_| vec![Line::of_fault(&name, milliseconds(start))])
    }

    fn lines(&self, file: &OsStr, name: &str) -> Vec<Line> {
        let start = Instant::now();
        let Some(first) = pages().first() else { return vec![Line::of_fault(name, 0)] };
        let photo = match picture::open(file, first.layout.format.pixels) {
            Ok(photo) => photo,
            Err(why) => return vec![Line::of_no_photo(name, milliseconds(start), why)],
        };
        let reports = self.reader.report(&photo, self.today);
        let ms = milliseconds(start);
        reports.into_iter().map(|report| Line::new(name, ms, report)).collect()
    }
}

fn milliseconds(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

//! Arbitrary bytes → decode → find → read → report. Nothing may crash, take longer than two seconds of processor time, or
//! take more than 300 MB.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shiming_identity::Date;
use shiming_identity::document::Pixels;
use shiming_vision::{Models, Reader, decode};

/// A picture of fewer pixels than a phone's, so that a run gets through many of them; what is large for its bytes is still
/// in reach.
const PIXELS: Pixels = Pixels { min_document_width: 480, max_megapixels: 12 };

static READER: LazyLock<Reader> = LazyLock::new(|| {
    let models = Models {
        finder: include_bytes!("../../models/finder.onnx"),
        sorter: include_bytes!("../../models/sorter.onnx"),
        grain: include_bytes!("../../models/grain.onnx"),
        narrow: include_bytes!("../../models/narrow.onnx"),
        recogniser: Some(include_bytes!("../../models/recogniser.onnx")),
    };
    Reader::new(models).expect("the models that are committed load")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(photo) = decode(bytes, &PIXELS) else { return };
    let today = Date::new(2026, 11, 25).expect("a day");
    let reports = READER.report(&photo, today);
    assert!(!reports.is_empty());
    for report in reports {
        // Nothing that was made up may be accepted as a sound document without a number.
        assert!(!report.accepted || !report.fields.is_empty());
    }
});

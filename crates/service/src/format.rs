//! Bounds of the image-format parameters that an operator may set (RN-3).

use shiming_identity::document::FormatParameters;

/// The first member that is outside its bounds, as a JSON pointer.
pub fn validate(parameters: &FormatParameters) -> Result<(), &'static str> {
    let FormatParameters { document: _, side: _, mode: _, size, position, pixels, format, quality_floor: floor } =
        parameters;
    let rules = [
        ("/size/width", (320..=4096).contains(&size.width)),
        ("/size/height", (200..=4096).contains(&size.height)),
        ("/position/min_coverage_percent", (1..=90).contains(&position.min_coverage_percent)),
        ("/position/max_tilt_degrees", position.max_tilt_degrees <= 45),
        ("/position/max_perspective_percent", (100..=200).contains(&position.max_perspective_percent)),
        ("/pixels/min_document_width", (240..=4096).contains(&pixels.min_document_width)),
        ("/pixels/max_megapixels", (1..=100).contains(&pixels.max_megapixels)),
        ("/format/quality", (1..=100).contains(&format.quality)),
        ("/quality_floor/min_sharpness", floor.min_sharpness <= 100),
        ("/quality_floor/min_brightness", floor.min_brightness < floor.max_brightness),
        ("/quality_floor/max_glare_percent", floor.max_glare_percent <= 100),
    ];
    match rules.into_iter().find(|(_, holds)| !holds) {
        Some((pointer, _)) => Err(pointer),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use shiming_identity::document::{DocumentKind, layouts};

    use super::*;

    // RN-3
    #[test]
    fn the_documents_own_parameters_are_within_bounds() {
        for layout in layouts(DocumentKind::CnResidentId) {
            assert_eq!(validate(&layout.format), Ok(()));
        }
    }

    #[test]
    fn impossible_parameters_are_named() {
        type Case<'a> = (&'a str, fn(&mut FormatParameters));
        let cases: [Case<'_>; 5] = [
            ("/size/width", |p| p.size.width = 0),
            ("/position/max_perspective_percent", |p| p.position.max_perspective_percent = 99),
            ("/pixels/max_megapixels", |p| p.pixels.max_megapixels = 0),
            ("/format/quality", |p| p.format.quality = 0),
            ("/quality_floor/min_brightness", |p| p.quality_floor.min_brightness = 255),
        ];
        for (pointer, break_it) in cases {
            let mut parameters = layouts(DocumentKind::CnResidentId)[0].format.clone();
            break_it(&mut parameters);
            assert_eq!(validate(&parameters), Err(pointer));
        }
    }
}

use shiming_identity::document::*;
use shiming_specimen::*;
use shiming_vision::{find_lines::*, labels::*, picture::Photo as P, recognise::*};
use std::path::Path;
use std::time::Instant;
fn main() {
    let det = std::env::args().nth(1).unwrap_or("models/detector.onnx".into());
    let n: usize = std::env::args().nth(2).and_then(|v| v.parse().ok()).unwrap_or(4);
    let t = Instant::now();
    let finder = LineFinder::new(std::fs::read(det).unwrap()).unwrap();
    eprintln!("load det {:?}", t.elapsed());
    let t = Instant::now();
    let rec = Recogniser::new(std::fs::read("models/recogniser.onnx").unwrap()).unwrap();
    eprintln!("load rec {:?}", t.elapsed());
    let fonts = Fonts::load(Path::new("node_modules")).unwrap();
    let all = layouts(DocumentKind::CnResidentId);
    let mut hits = 0;
    let mut worst = vec![];
    for (i, c) in citizens(n).iter().enumerate() {
        for side in 0..2 {
            let card = if side == 0 { draw_front(c, &fonts, 1000) } else { draw_back(c, &fonts, 1000) };
            let mut style = if i % 3 == 2 {
                PhotoStyle::still(i as u64)
            } else if i % 3 == 1 {
                PhotoStyle::phone_upright(i as u64)
            } else {
                PhotoStyle::phone(i as u64)
            };
            if i % 4 == 3 {
                style.rotation += 180.0;
            }
            if i % 8 == 5 {
                style.rotation += 90.0;
            }
            let photo = photograph(&card, &style);
            let p = P::new(photo.image.clone());
            let f = p.frame();
            let t = Instant::now();
            let lines = finder.find(&f).unwrap();
            let t1 = t.elapsed();
            let t = Instant::now();
            let found = locate_by_labels(&f, &all, &finder, &rec).unwrap();
            let t2 = t.elapsed();
            let truth = shiming_vision::geometry::Quad(photo.corners.map(|(x, y)| [x, y]));
            let w = truth.sides()[0];
            match found {
                Some(l) => {
                    hits += 1;
                    let e = l.quad.distance_to(&truth) / w * 100.0;
                    worst.push(e);
                    println!(
                        "{i} {side} lines {} det {t1:?} all {t2:?} {:?} labels {} err {e:.2}% of width {w:.0} rot {:.0}",
                        lines.len(),
                        l.side,
                        l.labels,
                        style.rotation
                    )
                }
                None => println!(
                    "{i} {side} lines {} det {t1:?} all {t2:?} NONE rot {:.0} w {w:.0}",
                    lines.len(),
                    style.rotation
                ),
            }
            if i == 0 && side == 0 {
                for l in &lines {
                    let ww = (48.0 * l.length() / l.height()) as u32;
                    let pic = shiming_vision::rectify::rectify(&f, &l.quad, ww.max(1), 48).unwrap();
                    let r = rec.recognise(&pic, Alphabet::Text).unwrap();
                    println!("   {} {:.2} {:?}", r.text(), r.mean_confidence(), l.quad.0[0]);
                }
            }
        }
    }
    worst.sort_by(f32::total_cmp);
    println!("hits {hits}/{} median {:?} p90 {:?}", 2 * n, worst.get(worst.len() / 2), worst.get(worst.len() * 9 / 10));
}

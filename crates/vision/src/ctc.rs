//! From a net's scores along a line to characters: connectionist temporal classification (Graves et al., 2006).
//!
//! For every step along the line a net scores a blank and each character. Where it is known what a line can look like (a
//! date, a number of eighteen digits, a zone's line of 44, one of 56 ethnic groups), the likeliest way through the
//! scores that looks so is taken; elsewhere the likeliest character of each step. Confidences stay those among *all*
//! classes, so that what the net took for something outside the alphabet comes out with a low one.

use crate::recognise::{Line, ReadCharacter};

/// The class of "nothing here".
pub(crate) const BLANK: usize = 0;
/// A class with a lower probability counts as this probable: one odd step must not forbid a whole line.
const LEAST: f32 = 1e-6;
/// Other candidates of a character are given down to this probability, and at most so many.
const ALTERNATIVES: (usize, f32) = (3, 0.01);

/// Probabilities of the classes, step by step.
pub(crate) struct Steps {
    pub classes: usize,
    /// `classes` figures for each step.
    pub probabilities: Vec<f32>,
}

/// What may stand at one place of a line: classes.
pub(crate) type Place = Vec<usize>;

/// The likeliest way of a line through the scores.
struct Way {
    /// Logarithm of its probability.
    score: f32,
    /// For each place the class that is read there, and at which steps: from the first to past the last.
    runs: Vec<(usize, usize, usize)>,
}

impl Steps {
    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.probabilities.len() / self.classes.max(1)
    }

    fn at(&self, step: usize, class: usize) -> f32 {
        self.probabilities[step * self.classes + class]
    }

    /// Logarithm of the probability of what the net would write if it were free.
    fn freely(&self) -> f32 {
        self.probabilities
            .chunks_exact(self.classes.max(1))
            .map(|step| step.iter().copied().fold(LEAST, f32::max).ln())
            .sum()
    }

    /// The likeliest line that has exactly these places (Viterbi); `None` where there are fewer steps than places.
    fn way(&self, places: &[Place]) -> Option<Way> {
        let (steps, count) = (self.len(), places.len());
        if count == 0 || steps < count || places.iter().any(Vec::is_empty) {
            return None;
        }
        // One state for every class of every place, then one for every gap: before the first place, between two, behind the
        // last.
        let starts: Vec<usize> = places
            .iter()
            .scan(0, |sum, place| {
                let start = *sum;
                *sum += place.len();
                Some(start)
            })
            .collect();
        let gaps = starts[count - 1] + places[count - 1].len();
        let states = gaps + count + 1;
        let log = |step: usize, class: usize| self.at(step, class).max(LEAST).ln();
        let mut scores = vec![f32::NEG_INFINITY; states];
        scores[gaps] = log(0, BLANK);
        for (at, class) in places[0].iter().enumerate() {
            scores[at] = log(0, *class);
        }
        let mut before = scores.clone();
        let mut from: Vec<u32> = (0..states as u32).collect();
        from.resize(steps * states, 0);
        for step in 1..steps {
            std::mem::swap(&mut before, &mut scores);
            let from = &mut from[step * states..(step + 1) * states];
            let blank = log(step, BLANK);
            // The two likeliest classes of the place before: the same character twice needs a gap in between.
            let mut previous = [(f32::NEG_INFINITY, usize::MAX, usize::MAX); 2];
            for (place, classes) in places.iter().enumerate() {
                let gap = gaps + place;
                let (most, state) =
                    if previous[0].0 > before[gap] { (previous[0].0, previous[0].1) } else { (before[gap], gap) };
                (scores[gap], from[gap]) = (most + blank, state as u32);
                let mut here = [(f32::NEG_INFINITY, usize::MAX, usize::MAX); 2];
                for (at, class) in classes.iter().enumerate() {
                    let state = starts[place] + at;
                    let mut best = (before[state], state);
                    if before[gap] > best.0 {
                        best = (before[gap], gap);
                    }
                    let direct = if previous[0].2 == *class { previous[1] } else { previous[0] };
                    if direct.0 > best.0 {
                        best = (direct.0, direct.1);
                    }
                    (scores[state], from[state]) = (best.0 + log(step, *class), best.1 as u32);
                    let known = (before[state], state, *class);
                    if known.0 > here[0].0 {
                        here = [known, here[0]];
                    } else if known.0 > here[1].0 {
                        here[1] = known;
                    }
                }
                previous = here;
            }
            let last = gaps + count;
            let (most, state) =
                if previous[0].0 > before[last] { (previous[0].0, previous[0].1) } else { (before[last], last) };
            (scores[last], from[last]) = (most + blank, state as u32);
        }
        let ends = (starts[count - 1]..gaps).chain([gaps + count]);
        let mut state = ends.max_by(|a, b| scores[*a].total_cmp(&scores[*b]))?;
        let score = scores[state];
        if !score.is_finite() {
            return None;
        }
        let mut runs = vec![(BLANK, usize::MAX, 0); count];
        for step in (0..steps).rev() {
            if state < gaps {
                let place = starts.partition_point(|start| *start <= state) - 1;
                let run = &mut runs[place];
                *run = (places[place][state - starts[place]], step, run.2.max(step + 1));
            }
            state = from[step * states + state] as usize;
        }
        Some(Way { score, runs })
    }

    /// The likeliest of several kinds of line; each is a list of places. `share` is the part of the steps that the line
    /// fills, `class` gives a class's character.
    pub fn likeliest(&self, kinds: &[Vec<Place>], share: f32, class: impl Fn(usize) -> char) -> Option<Line> {
        let ways = kinds.iter().filter_map(|places| Some((places, self.way(places)?)));
        let (places, way) = ways.max_by(|a, b| a.1.score.total_cmp(&b.1.score))?;
        let steps = self.len() as f32;
        let characters = places
            .iter()
            .zip(&way.runs)
            .map(|(place, &(best, first, end))| {
                // As sure as the surest step.
                let most = |class: usize| (first..end).map(|step| self.at(step, class)).fold(0.0, f32::max);
                let mut others: Vec<(usize, f32)> = place
                    .iter()
                    .filter(|other| **other != best)
                    .map(|other| (*other, most(*other)))
                    .filter(|(_, share)| *share >= ALTERNATIVES.1)
                    .collect();
                others.sort_by(|a, b| b.1.total_cmp(&a.1));
                others.truncate(ALTERNATIVES.0);
                ReadCharacter {
                    value: class(best),
                    confidence: most(best).min(1.0),
                    alternatives: others.into_iter().map(|(other, share)| (class(other), share)).collect(),
                    position: (f32::midpoint(first as f32, end as f32) / steps / share).min(1.0),
                }
            })
            .collect();
        Some(Line { characters })
    }

    /// Which of several words it is, with a probability that is low where none of them is what the net would write.
    pub fn word<'a>(&self, words: &[(&'a str, Vec<usize>)]) -> Option<(&'a str, f32)> {
        let scored: Vec<(&str, f32)> = words
            .iter()
            .filter_map(|(word, classes)| {
                let places: Vec<Place> = classes.iter().map(|class| vec![*class]).collect();
                Some((*word, self.way(&places)?.score))
            })
            .collect();
        let (word, best) = scored.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let all: f32 = scored.iter().map(|(_, score)| (score - best).exp()).sum();
        // Between words it may be certain and yet be none of them.
        let like_it = (best - self.freely()).exp().sqrt();
        Some((word, (like_it / all).min(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of three classes: blank, a, b.
    fn steps(rows: &[[f32; 3]]) -> Steps {
        Steps { classes: 3, probabilities: rows.concat() }
    }

    fn character(class: usize) -> char {
        ['-', 'a', 'b'][class]
    }

    // RN-5
    #[test]
    fn a_line_of_known_length_has_that_length() {
        let any = || vec![1, 2];
        let blurred = steps(&[[0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7], [0.8, 0.1, 0.1], [0.3, 0.4, 0.3]]);
        let read = |count: usize| {
            blurred.likeliest(&[vec![any(); count]], 1.0, character).map(|line| line.text()).unwrap_or_default()
        };
        assert_eq!((read(2).as_str(), read(3).as_str(), read(4).as_str()), ("ab", "aba", "baba"));
        assert_eq!(read(6), "");
    }

    // RN-5
    #[test]
    fn the_likelier_kind_of_line_is_taken() {
        let seen = steps(&[[0.1, 0.8, 0.1], [0.9, 0.05, 0.05], [0.1, 0.1, 0.8]]);
        let kinds = [vec![vec![1]], vec![vec![1], vec![2]], vec![vec![2], vec![1]]];
        let line = seen.likeliest(&kinds, 1.0, character).unwrap();
        assert_eq!(line.text(), "ab");
        assert!((line.least_confidence() - 0.8).abs() < 1e-6);
        assert!(line.characters[0].position < line.characters[1].position);
    }

    // RN-5
    #[test]
    fn a_word_is_doubted_where_the_net_would_write_something_else() {
        let words = [("a", vec![1]), ("ab", vec![1, 2])];
        let clear = steps(&[[0.01, 0.98, 0.01], [0.98, 0.01, 0.01], [0.01, 0.01, 0.98]]);
        let (word, sure) = clear.word(&words).unwrap();
        assert!(word == "ab" && sure > 0.9, "{word} {sure}");
        let other = steps(&[[0.01, 0.01, 0.98], [0.98, 0.01, 0.01], [0.01, 0.01, 0.98]]);
        assert!(other.word(&words).unwrap().1 < 0.3);
    }
}

//! What a document says: fields that agree with each other, with its number's rule and with its zone, and their print.

use std::collections::BTreeMap;

use shiming_identity::check_digit::icao_7_3_1;
use shiming_identity::date::LONG_TERM;
use shiming_identity::document::{Alphabet, DocumentKind, FieldName, Slot, SlotContent};
use shiming_identity::mrz::{Format, MrzFields, MrzSex, to_han_letters, write, yymmdd};
use shiming_identity::{Date, PersonName};

use crate::citizen::{Citizen, Civil, REFERENCE, with_check_character};
use crate::dice::Dice;
use crate::draw::Printed;
use crate::foreigners;
use crate::pages::Page;
use crate::people::{Latin, latin};

/// Everything that one holder's document says, on all of its sides.
pub(crate) struct Papers {
    pub(crate) citizen: Citizen,
    pub(crate) fields: BTreeMap<FieldName, String>,
    latin: Latin,
    /// Chinese passports print months in either way.
    chinese_months: bool,
    state: &'static foreigners::State,
    /// Data of the zone that no field has.
    optional: [String; 2],
    generic: bool,
}

impl Papers {
    /// The papers of `citizen`. `seed` decides what the citizen does not: the same seed gives the same papers for every
    /// side of a document.
    pub(crate) fn new(page: &Page, citizen: &Citizen, seed: u64) -> Self {
        let kind = page.layout.document;
        let mut dice = Dice::new("papers", seed);
        let generic = page.document().is_none();
        let foreign = kind == DocumentKind::ForeignPassport;
        let male = citizen.sex == "男";
        let latin = if foreign || kind == DocumentKind::CnPermanentResident {
            foreigners::name(male, &mut dice)
        } else {
            latin(&citizen.name).unwrap_or_else(|| foreigners::name(male, &mut dice))
        };
        let mut papers = Self {
            citizen: citizen.clone(),
            fields: BTreeMap::new(),
            latin,
            chinese_months: dice.chance(50),
            state: &foreigners::STATES[dice.index(foreigners::STATES.len())],
            optional: [String::new(), String::new()],
            generic,
        };
        papers.fill(kind, page.form(), &mut dice);
        papers
    }

    fn fill(&mut self, kind: DocumentKind, form: Option<&str>, dice: &mut Dice) {
        let citizen = self.citizen.clone();
        let birth = Civil::parse(&citizen.birth_date);
        let mut put = |name: FieldName, text: &str| {
            self.fields.insert(name, text.to_owned());
        };
        put(FieldName::Name, &citizen.name);
        put(FieldName::Sex, &citizen.sex);
        put(FieldName::Ethnicity, &citizen.ethnicity);
        put(FieldName::BirthDate, &citizen.birth_date);
        put(FieldName::Address, &citizen.address);
        put(FieldName::IdNumber, &citizen.id_number);
        put(FieldName::Issuer, &citizen.issuer);
        put(FieldName::ValidFrom, &citizen.valid_from);
        put(FieldName::ValidUntil, &citizen.valid_until);
        put(FieldName::LatinName, &self.latin.printed());
        put(FieldName::IssueCount, &format!("{:02}", 1 + dice.below(4)));
        let place = foreigners::PLACES[dice.index(foreigners::PLACES.len())];
        put(FieldName::BirthPlace, &format!("{}/{}", place.0, place.1));
        let place = foreigners::PLACES[dice.index(foreigners::PLACES.len())];
        put(FieldName::IssuePlace, &format!("{}/{}", place.0, place.1));
        match kind {
            DocumentKind::CnResidentId => {}
            DocumentKind::CnTemporaryId => {
                let from = Civil::any(2026, dice);
                self.valid(from, Some(from.months_later(3)));
            }
            DocumentKind::CnResidencePermit => self.residence_permit(form, birth, dice),
            DocumentKind::CnTravelPermitHkMacao => {
                let prefix = if dice.chance(70) { 'H' } else { 'M' };
                self.put(FieldName::DocumentNumber, format!("{prefix}{}", dice.digits(8)));
                self.travel_permit(if dice.chance(50) { 5 } else { 10 }, birth, dice);
            }
            DocumentKind::CnTravelPermitTaiwan => {
                self.put(FieldName::DocumentNumber, dice.digits(8));
                self.put(FieldName::IssuePlace, foreigners::PLACES[dice.index(foreigners::PLACES.len())].0.to_owned());
                self.travel_permit(5, birth, dice);
            }
            DocumentKind::CnPermanentResident => self.permanent_resident(form, birth, dice),
            DocumentKind::CnPassport => {
                let letter = dice.pick_char("ABCDEFGHJKLMNPQRSTUVWXYZ");
                let number = if dice.chance(80) {
                    format!("E{letter}{}", dice.digits(7))
                } else {
                    format!("E{}", dice.digits(8))
                };
                self.put(FieldName::DocumentNumber, number);
                self.put(FieldName::Nationality, "中国/CHINESE".to_owned());
                self.put(FieldName::Issuer, "中华人民共和国国家移民管理局".to_owned());
                self.issued(birth, 10, dice);
                self.optional[0] =
                    format!("{:<<12}{}{}", self.han_letters(3), dice.pick_char("ABCDEF"), dice.below(10));
            }
            DocumentKind::ForeignPassport => self.foreign(birth, dice),
            DocumentKind::CnDrivingLicence => self.driving_licence(birth, dice),
            DocumentKind::CnOfficerCard => self.officer("军", &foreigners::RANKS[..6], birth, dice),
            DocumentKind::CnArmedPoliceCard => self.officer("武", &foreigners::RANKS[2..], birth, dice),
        }
    }

    fn put(&mut self, name: FieldName, text: String) {
        self.fields.insert(name, text);
    }

    fn valid(&mut self, from: Civil, until: Option<Civil>) {
        self.put(FieldName::ValidFrom, from.iso());
        self.put(FieldName::ValidUntil, until.map_or_else(|| LONG_TERM.to_owned(), Civil::iso));
    }

    /// A document of so many years whose holder was grown up when it was issued, ending on the day before.
    fn issued(&mut self, birth: Civil, years: i32, dice: &mut Dice) -> Civil {
        let mut from = Civil { year: 2026, month: 10, day: 8 };
        for _ in 0..40 {
            let back = i32::try_from(dice.below(u32::try_from(years).unwrap_or(1))).unwrap_or(0);
            let other = Civil::any(2026 - back, dice);
            if other < REFERENCE && birth.age_on(other) >= 18 && other.years_later(years) > REFERENCE {
                from = other;
                break;
            }
        }
        self.valid(from, Some(from.years_later(years).day_before()));
        from
    }

    fn residence_permit(&mut self, form: Option<&str>, birth: Civil, dice: &mut Dice) {
        // The front is the same for all three.
        let region = match (form, dice.index(3)) {
            (Some("taiwan"), _) => 2,
            (Some(_), any) => any % 2,
            (None, any) => any,
        };
        let code = ["810000", "820000", "830000"][region];
        let number = format!("{code}{}{}", birth.compact(), order(self.citizen.sex == "男", dice));
        let number = with_check_character(&number);
        self.citizen.id_number.clone_from(&number);
        self.put(FieldName::IdNumber, number);
        let permit = match region {
            0 => format!("H{}", dice.digits(8)),
            1 => format!("M{}", dice.digits(8)),
            _ => dice.digits(8),
        };
        self.put(FieldName::PermitNumber, permit);
        self.issued(birth, 5, dice);
    }

    fn travel_permit(&mut self, years: i32, birth: Civil, dice: &mut Dice) {
        let from = self.issued(birth, years, dice);
        // The administration took the work over from the ministry's bureau in April 2018.
        let issuer = if from < (Civil { year: 2018, month: 4, day: 2 }) {
            "公安部出入境管理局"
        } else {
            "中华人民共和国出入境管理局"
        };
        self.put(FieldName::Issuer, issuer.to_owned());
        self.optional[0] = format!("{}{}", dice.pick_char("ABCDEFGHKPRVYZ"), dice.digits(9));
    }

    fn permanent_resident(&mut self, form: Option<&str>, birth: Civil, dice: &mut Dice) {
        let region = ["11", "31", "32", "44", "51"][dice.index(5)];
        let number = if form == Some("2017") {
            let digits = format!("{}{region}00{}{}", self.state.letters, &birth.compact()[2..], dice.below(10));
            let check = icao_7_3_1(digits.bytes()).map_or('0', char::from);
            format!("{digits}{check}")
        } else {
            let order = order(self.citizen.sex == "男", dice);
            with_check_character(&format!("9{region}{}{}{order}", self.state.digits, birth.compact()))
        };
        self.put(FieldName::DocumentNumber, number);
        self.put(FieldName::Nationality, format!("{}/{}", self.state.chinese, self.state.letters));
        let issuer = if form == Some("2017") { "中华人民共和国公安部" } else { "国家移民管理局" };
        self.put(FieldName::Issuer, issuer.to_owned());
        if dice.chance(60) {
            self.fields.remove(&FieldName::Name);
        }
        self.issued(birth, 10, dice);
    }

    fn foreign(&mut self, birth: Civil, dice: &mut Dice) {
        self.put(FieldName::Sex, if self.citizen.sex == "男" { "M" } else { "F" }.to_owned());
        let number: String = (0..9)
            .map(|at| dice.pick_char(if at < 2 { "ABCDEFGHJKLMNPRTXYZ0123456789" } else { "0123456789" }))
            .collect();
        self.put(FieldName::DocumentNumber, number);
        self.put(FieldName::Nationality, if self.generic { "UTO" } else { "UTOPIAN" }.to_owned());
        let town = |dice: &mut Dice| dice.pick(foreigners::TOWNS).to_owned();
        let (born, made) = (town(dice), town(dice));
        self.put(FieldName::BirthPlace, born);
        self.put(FieldName::IssuePlace, made.clone());
        self.put(FieldName::Issuer, format!("PASSPORT OFFICE {made}"));
        self.fields.remove(&FieldName::Name);
        self.issued(birth, if dice.chance(50) { 5 } else { 10 }, dice);
        if dice.chance(50) {
            let length = if self.generic { 8 } else { 9 };
            self.optional[0] = format!("{}{}", dice.pick_char("ABEFLQZ"), dice.digits(length - 2));
        }
    }

    fn driving_licence(&mut self, birth: Civil, dice: &mut Dice) {
        self.put(FieldName::DocumentNumber, self.citizen.id_number.clone());
        self.put(FieldName::Nationality, "中国".to_owned());
        self.put(FieldName::VehicleClasses, dice.pick(&["C1", "C2", "B2", "A2", "C1D", "A1A2", "B1B2"]).to_owned());
        let from = self.issued(birth, if dice.chance(60) { 6 } else { 10 }, dice);
        // Six and ten years end on the day on which they began, as licences print them.
        let years = Civil::parse(&self.fields[&FieldName::ValidUntil]).year - from.year;
        let years = if years >= 9 { 10 } else { 6 };
        self.valid(from, (!dice.chance(6)).then(|| from.years_later(years)));
        self.put(FieldName::FirstIssued, from.iso());
    }

    fn officer(&mut self, prefix: &str, ranks: &[&str], birth: Civil, dice: &mut Dice) {
        self.put(FieldName::DocumentNumber, format!("{prefix}字第{}号", dice.digits(7)));
        // Only month and year.
        self.put(FieldName::BirthDate, birth.iso()[..7].to_owned());
        self.put(FieldName::Unit, format!("{}部队", 10_000 + dice.below(89_999)));
        self.put(FieldName::Position, dice.pick(foreigners::POSITIONS).to_owned());
        self.put(FieldName::Rank, dice.pick(ranks).to_owned());
        self.issued(birth, 5, dice);
    }

    /// The first characters of the name as zones carry them; nothing where they cannot.
    fn han_letters(&self, room: usize) -> String {
        let name = PersonName::parse(&self.citizen.name).ok();
        name.and_then(|name| to_han_letters(&name, room)).unwrap_or_default()
    }

    /// The lines of a zone.
    pub(crate) fn zone(&self, format: Format) -> Vec<String> {
        let field = |name| self.fields.get(&name).map_or("", String::as_str);
        let date = |text: &str| Date::parse_iso(text).map(yymmdd).unwrap_or_default();
        let permit = format == Format::ChinaThreeLines;
        // The permits' specimens part the syllables, passports do not.
        let join = |parts: &[String], gap: &str| parts.join(gap);
        let chinese = !permit && self.latin.syllables;
        let gap = if chinese { "" } else { " " };
        let (primary, secondary) = (join(&self.latin.surname, gap), join(&self.latin.given, gap));
        let (code, issuer) = match format {
            Format::Td3 if chinese => ("PO", "CHN"),
            Format::Td3 => ("P", "UTO"),
            Format::MrvA | Format::MrvB => ("V", "UTO"),
            Format::ChinaThreeLines if field(FieldName::DocumentNumber).starts_with(['H', 'M']) => ("CR", ""),
            Format::ChinaThreeLines => ("CT", ""),
            _ => ("I", "UTO"),
        };
        let han = if permit { self.han_letters(4) } else { String::new() };
        let fields = MrzFields {
            format,
            code,
            issuer,
            primary: &primary,
            secondary: &secondary,
            number: field(FieldName::DocumentNumber),
            nationality: issuer,
            birth: &date(field(FieldName::BirthDate)),
            sex: if self.citizen.sex == "男" { MrzSex::Male } else { MrzSex::Female },
            expiry: &date(field(FieldName::ValidUntil)),
            optional: [&self.optional[0], &self.optional[1]],
            issue_count: field(FieldName::IssueCount),
            han: &han,
        };
        write(&fields).unwrap_or_default()
    }

    /// What is printed in the slots of `page`.
    pub(crate) fn print(&self, page: &Page) -> Vec<Printed> {
        let zone = page.zone.map(|format| self.zone(format)).unwrap_or_default();
        let address = self.citizen.address_lines_of(page.look.address_line);
        let text = |slot: &Slot| match slot.reads {
            SlotContent::Mrz => zone.get(usize::from(slot.line)).cloned().unwrap_or_default(),
            SlotContent::Address => address.get(usize::from(slot.line)).cloned().unwrap_or_default(),
            reads => self.text(page, reads, slot.alphabet),
        };
        let slots = page.layout.slots.iter();
        slots.map(|slot| Printed { reads: slot.reads, line: slot.line, text: text(slot) }).collect()
    }

    fn text(&self, page: &Page, reads: SlotContent, alphabet: Alphabet) -> String {
        let kind = page.layout.document;
        let foreign = kind == DocumentKind::ForeignPassport;
        let field = |name| self.fields.get(&name).cloned().unwrap_or_default();
        let part = |at: usize| {
            let birth = field(FieldName::BirthDate);
            birth.split('-').nth(at).unwrap_or_default().trim_start_matches('0').to_owned()
        };
        match reads {
            SlotContent::BirthYear => part(0),
            SlotContent::BirthMonth => part(1),
            SlotContent::BirthDay => part(2),
            SlotContent::Validity => {
                let joint = if kind == DocumentKind::CnDrivingLicence { "至" } else { "-" };
                let (from, until) = (field(FieldName::ValidFrom), field(FieldName::ValidUntil));
                format!("{}{joint}{}", self.date(kind, &from), self.date(kind, &until))
            }
            SlotContent::Sex if alphabet == Alphabet::SexBoth && !foreign => {
                format!("{}/{}", self.citizen.sex, if self.citizen.sex == "男" { "M" } else { "F" })
            }
            SlotContent::Surname => self.latin.surname.join(" "),
            SlotContent::GivenNames => self.latin.given.join(" "),
            SlotContent::DocumentCode => if page.zone == Some(Format::Td3) { "P" } else { "V" }.to_owned(),
            SlotContent::IssuingState => if kind == DocumentKind::CnPassport { "CHN" } else { "UTO" }.to_owned(),
            other => match other.fields() {
                [
                    name @ (FieldName::BirthDate
                    | FieldName::ValidFrom
                    | FieldName::ValidUntil
                    | FieldName::FirstIssued),
                ] => self.date(kind, &field(*name)),
                [name, ..] => field(*name),
                [] => String::new(),
            },
        }
    }

    /// A date as this kind of document prints it.
    fn date(&self, kind: DocumentKind, iso: &str) -> String {
        let mut parts = iso.split('-');
        let (Some(year), Some(month)) = (parts.next(), parts.next()) else { return iso.to_owned() };
        let Some(day) = parts.next() else { return format!("{year}年{}月", month.trim_start_matches('0')) };
        let name = month.parse::<usize>().ok().and_then(|month| foreigners::MONTHS.get(month.checked_sub(1)?));
        let name = name.copied().unwrap_or_default();
        match kind {
            DocumentKind::CnPassport if self.chinese_months => {
                format!("{day} {}月/{name} {year}", month.trim_start_matches('0'))
            }
            DocumentKind::ForeignPassport | DocumentKind::CnPassport => format!("{day} {name} {year}"),
            DocumentKind::CnDrivingLicence => iso.to_owned(),
            _ => iso.replace('-', "."),
        }
    }

    /// The fields that `page` prints, as a reader should report them.
    pub(crate) fn truth(&self, page: &Page) -> BTreeMap<FieldName, String> {
        let printed = page.layout.slots.iter().flat_map(|slot| slot.reads.fields());
        printed.filter_map(|name| Some((*name, self.fields.get(name)?.clone()))).collect()
    }

    /// The holder's name in Latin letters.
    pub(crate) fn latin_name(&self) -> String {
        let whole = |parts: &[String]| parts.concat().to_lowercase();
        let [surname, given] = [whole(&self.latin.surname), whole(&self.latin.given)].map(|part| {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
        });
        format!("{surname} {given}")
    }
}

impl Latin {
    /// As the visual zone prints it: `WANG, JIANGUO`.
    fn printed(&self) -> String {
        // Syllables of a Chinese name are written together, names of others apart.
        let gap = if self.syllables { "" } else { " " };
        let (surname, given) = (self.surname.join(gap), self.given.join(gap));
        if given.is_empty() { surname } else { format!("{surname}, {given}") }
    }
}

/// Three digits, odd for men.
fn order(male: bool, dice: &mut Dice) -> String {
    format!("{:03}", 1 + 2 * dice.below(499) + u32::from(!male))
}

//! The regions of Ukraine: the 27 subdivisions of ISO 3166-2:UA, with their codes in KATOTTH, the national codifier of
//! administrative-territorial units.

use crate::words;

words! {
    /// A region of Ukraine, by its ISO 3166-2 code.
    Region {
        Vinnytska "UA-05",
        Volynska "UA-07",
        Luhanska "UA-09",
        Dnipropetrovska "UA-12",
        Donetska "UA-14",
        Zhytomyrska "UA-18",
        Zakarpatska "UA-21",
        Zaporizka "UA-23",
        IvanoFrankivska "UA-26",
        KyivCity "UA-30",
        Kyivska "UA-32",
        Kirovohradska "UA-35",
        Sevastopol "UA-40",
        Crimea "UA-43",
        Lvivska "UA-46",
        Mykolaivska "UA-48",
        Odeska "UA-51",
        Poltavska "UA-53",
        Rivnenska "UA-56",
        Sumska "UA-59",
        Ternopilska "UA-61",
        Kharkivska "UA-63",
        Khersonska "UA-65",
        Khmelnytska "UA-68",
        Cherkaska "UA-71",
        Chernihivska "UA-74",
        Chernivetska "UA-77",
    }
}

impl Region {
    /// The KATOTTH code of the region: `UA` and 17 digits. Its first two digits are not always those of the ISO code
    /// (Kyiv is `UA-30` there and `UA80…` here), so neither can be derived from the other.
    pub fn katotth(self) -> &'static str {
        match self {
            Self::Vinnytska => "UA05000000000010236",
            Self::Volynska => "UA07000000000024379",
            Self::Luhanska => "UA44000000000018893",
            Self::Dnipropetrovska => "UA12000000000090473",
            Self::Donetska => "UA14000000000091971",
            Self::Zhytomyrska => "UA18000000000041385",
            Self::Zakarpatska => "UA21000000000011690",
            Self::Zaporizka => "UA23000000000064947",
            Self::IvanoFrankivska => "UA26000000000069363",
            Self::KyivCity => "UA80000000000093317",
            Self::Kyivska => "UA32000000000030281",
            Self::Kirovohradska => "UA35000000000016081",
            Self::Sevastopol => "UA85000000000065278",
            Self::Crimea => "UA01000000000013043",
            Self::Lvivska => "UA46000000000026241",
            Self::Mykolaivska => "UA48000000000039575",
            Self::Odeska => "UA51000000000030770",
            Self::Poltavska => "UA53000000000028050",
            Self::Rivnenska => "UA56000000000066151",
            Self::Sumska => "UA59000000000057109",
            Self::Ternopilska => "UA61000000000060328",
            Self::Kharkivska => "UA63000000000041885",
            Self::Khersonska => "UA65000000000030969",
            Self::Khmelnytska => "UA68000000000099709",
            Self::Cherkaska => "UA71000000000010357",
            Self::Chernihivska => "UA74000000000025378",
            Self::Chernivetska => "UA73000000000044923",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::word::Word;

    #[test]
    fn there_are_27_regions_each_with_a_katotth_code_of_its_own() {
        assert_eq!(Region::ALL.len(), 27);
        let codes: BTreeSet<&str> = Region::ALL.iter().map(|region| region.katotth()).collect();
        assert_eq!(codes.len(), 27);
        for code in codes {
            let digits = code.strip_prefix("UA").unwrap();
            assert!(digits.len() == 17 && digits.bytes().all(|b| b.is_ascii_digit()), "{code}");
            assert!(digits[2..12].bytes().all(|b| b == b'0'), "{code} is no region");
        }
    }

    #[test]
    fn five_regions_have_other_digits_in_katotth_than_in_iso() {
        let differing: Vec<&str> = Region::ALL
            .iter()
            .filter(|region| region.code()[3..] != region.katotth()[2..4])
            .map(|region| region.code())
            .collect();
        assert_eq!(differing, ["UA-09", "UA-30", "UA-40", "UA-43", "UA-77"]);
    }
}

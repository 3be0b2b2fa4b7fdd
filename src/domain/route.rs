//! Routes: from a normalised number to the endpoints that may reach it.

use super::{
    endpoint::{Endpoint, Phrase, Safe, UnsafeText},
    number::Number,
};
use serde::{Deserialize, Serialize};

/// One configured route.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pub name: String,
    pub matches: Matches,
    /// So many characters are taken off the front of the number before dialing, the plus counted.
    pub strip: usize,
    /// Put in front after that.
    pub prepend: String,
    /// `sofia/gateway/{gateway}/{number}` or `user/{number}@{domain}`.
    pub dial: String,
    /// Tried in order; empty when the template names none.
    pub gateways: Vec<String>,
    pub domain: Option<String>,
    pub caller_id_name: Option<Phrase>,
    pub caller_id_number: Option<Safe>,
    pub variables: Vec<(Safe, Phrase)>,
    /// Ask the called party to press 1, unless the request says otherwise.
    pub confirm: bool,
    /// Most legs dialed over one gateway of this route in a second, evenly spread; 0: no limit.
    pub originates_per_second: u32,
}

/// Which numbers a route takes. Everything given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matches {
    pub prefixes: Vec<String>,
    pub numbers: Vec<String>,
    pub shortest: usize,
    pub longest: usize,
}

impl Matches {
    fn takes(&self, number: &str) -> bool {
        let named = self.prefixes.is_empty() && self.numbers.is_empty();
        let by_name = named
            || self.numbers.iter().any(|n| n == number)
            || self.prefixes.iter().any(|p| number.starts_with(p.as_str()));
        let digits = number.trim_start_matches('+').len();
        by_name && digits >= self.shortest && (self.longest == 0 || digits <= self.longest)
    }
}

/// How one number is dialed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dial {
    /// The normalised number, or the station's name.
    pub number: String,
    pub route: String,
    /// In the order they are tried.
    pub endpoints: Vec<Endpoint>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id_name: Option<Phrase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id_number: Option<Safe>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<(Safe, Phrase)>,
    pub confirm: bool,
}

/// Why a number cannot be dialed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    #[error("no route leads to {0}; ask the administrator to add one")]
    None(String),
    #[error("route {route:?} makes an endpoint that may not be dialed: {fault}; ask the administrator to mend it")]
    Broken { route: String, fault: UnsafeText },
}

/// All routes, in the order they are tried.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routes(pub Vec<Route>);

impl Routes {
    /// How the first route that takes the number dials it.
    pub fn dial(&self, number: &Number) -> Result<Dial, NoRoute> {
        let route = self
            .0
            .iter()
            .find(|route| route.matches.takes(number.as_str()))
            .ok_or_else(|| NoRoute::None(number.to_string()))?;
        let endpoints =
            route.endpoints(number).map_err(|fault| NoRoute::Broken { route: route.name.clone(), fault })?;
        Ok(Dial {
            number: number.to_string(),
            route: route.name.clone(),
            endpoints,
            caller_id_name: route.caller_id_name.clone(),
            caller_id_number: route.caller_id_number.clone(),
            variables: route.variables.clone(),
            confirm: route.confirm,
        })
    }
}

impl Route {
    fn endpoints(&self, number: &Number) -> Result<Vec<Endpoint>, UnsafeText> {
        let bare = number.as_str().get(self.strip..).unwrap_or("");
        self.endpoints_of(&format!("{}{bare}", self.prepend))
    }

    /// The template, filled with what is dialed.
    pub fn endpoints_of(&self, dialed: &str) -> Result<Vec<Endpoint>, UnsafeText> {
        let one = |gateway: &str| {
            Endpoint::new(
                self.dial
                    .replace("{number}", dialed)
                    .replace("{gateway}", gateway)
                    .replace("{domain}", self.domain.as_deref().unwrap_or("")),
            )
        };
        if self.gateways.is_empty() {
            Ok(vec![one("")?])
        } else {
            self.gateways.iter().map(|gateway| one(gateway)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::number::Numbering;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        Numbering::default().normalise(text).unwrap()
    }

    fn routes() -> Routes {
        let inside = Route {
            name: "inside".into(),
            matches: Matches { shortest: 3, longest: 4, ..Matches::default() },
            strip: 0,
            prepend: String::new(),
            dial: "user/{number}@{domain}".into(),
            gateways: vec![],
            domain: Some("example.org".into()),
            caller_id_name: None,
            caller_id_number: None,
            variables: vec![],
            confirm: false,
            originates_per_second: 0,
        };
        let outside = Route {
            name: "outside".into(),
            matches: Matches { prefixes: vec!["+".into()], ..Matches::default() },
            strip: 1,
            prepend: "00".into(),
            dial: "sofia/gateway/{gateway}/{number}".into(),
            gateways: vec!["a".into(), "b".into()],
            confirm: true,
            ..inside.clone()
        };
        Routes(vec![inside, outside])
    }

    #[test]
    fn an_inside_number_rings_a_user_of_the_domain() {
        let dial = routes().dial(&number("1004")).unwrap();
        assert_eq!(dial.endpoints[0].as_str(), "user/1004@example.org");
        assert!(!dial.confirm);
    }

    #[test]
    fn an_outside_number_goes_to_its_gateways_in_order() {
        let dial = routes().dial(&number("+4930123")).unwrap();
        let endpoints: Vec<_> = dial.endpoints.iter().map(Endpoint::as_str).collect();
        assert_eq!(endpoints, ["sofia/gateway/a/004930123", "sofia/gateway/b/004930123"]);
    }

    #[test]
    fn without_a_route_nothing_is_dialed_and_the_reason_says_so() {
        assert!(routes().dial(&number("12")).unwrap_err().to_string().contains("no route leads to 12"));
    }

    #[test]
    fn a_template_that_would_dial_a_loopback_is_refused() {
        let mut routes = routes();
        routes.0[0].dial = "loopback/{number}".into();
        assert!(matches!(routes.dial(&number("1004")), Err(NoRoute::Broken { .. })));
    }

    proptest! {
        #[test]
        fn every_endpoint_is_the_templates_with_the_number_in_it(typed in "([+][1-9])?[0-9]{1,19}", strip in 0..25usize) {
            let mut routes = routes();
            routes.0[1].strip = strip;
            let number = number(&typed);
            if let Ok(dial) = routes.dial(&number) {
                prop_assert!(!dial.endpoints.is_empty());
                for endpoint in &dial.endpoints {
                    let known = endpoint.as_str().starts_with("user/") || endpoint.as_str().starts_with("sofia/gateway/");
                    prop_assert!(known, "{}", endpoint);
                    let left = number.as_str().get(if dial.route == "inside" { 0 } else { strip }..).unwrap_or("");
                    prop_assert!(endpoint.as_str().contains(left), "{}", endpoint);
                }
            }
        }

        #[test]
        fn the_first_route_that_takes_a_number_has_it(digits in "[0-9]{3,4}") {
            let mut routes = routes();
            let later = Route { name: "later".into(), ..routes.0[0].clone() };
            routes.0.push(later);
            prop_assert_eq!(routes.dial(&number(&digits)).unwrap().route, "inside");
        }
    }
}

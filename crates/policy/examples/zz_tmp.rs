use anwang_policy::*;
fn walk(d: &std::path::Path, out: &mut Vec<(String, String)>) {
    for e in std::fs::read_dir(d).unwrap() {
        let p = e.unwrap().path();
        if p.is_dir() {
            walk(&p, out)
        } else if p.extension().is_some_and(|x| x == "yaml") {
            out.push((p.display().to_string(), std::fs::read_to_string(&p).unwrap()))
        }
    }
}
fn main() {
    let mut f = vec![];
    for p in ["policies/national", "policies/shanxi"] {
        walk(std::path::Path::new(p), &mut f)
    }
    match Pack::load(f) {
        Err(d) => {
            for x in d.iter().take(60) {
                println!("{x:?}")
            }
        }
        Ok(p) => match p.compile(&CompileOptions {
            as_of: anwang_domain::Day::parse("2026-06-30").unwrap(),
            mode: Mode::Scan,
            feeds: &[],
        }) {
            Err(d) => {
                println!("{}", d.len());
                for x in d.iter().take(60) {
                    println!("{x:?}")
                }
            }
            Ok(p) => println!("ok {} {:?}", p.indicators().len(), p.remembered(Entity::Person)),
        },
    }
}

/** Words that carry grammar and not meaning: attacks that keep a text's meaning leave them alone. */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  `
a about above across after again against all almost alone along already also although always am among an and another any anybody
anyone anything anywhere are aren't around as at away be became because been before behind being below beneath beside besides between
beyond both but by can can't cannot could couldn't did didn't do does doesn't doing don't done down during each either else ever every
everybody everyone everything everywhere except few for from had hadn't has hasn't have haven't having he hence her here hers herself him
himself his how however i i'd i'll i'm i've if in indeed into is isn't it it's its itself just least less many may maybe me might mine
more moreover most much must my myself neither never nevertheless no nobody none nor not nothing now nowhere of off often on once one
only onto or other others otherwise our ours ourselves out over own per perhaps quite rather really same shall she should shouldn't since
so some somebody someone something somewhere still such than that that's the their theirs them themselves then there therefore these they
they're this those though through throughout thus to together too toward towards under unless until up upon us very was wasn't we we're
were weren't what whatever when whenever where whereas wherever whether which while who whoever whole whom whose why will with within
without won't would wouldn't yet you you're your yours yourself yourselves
`
    .trim()
    .split(/\s+/),
);

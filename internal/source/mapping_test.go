package source_test

import "testing"

func TestMapping(t *testing.T) {
	csv := func(rest string) string { return `{"format": "csv", "dialect": {"delimiter": ";"}, ` + rest + `}` }
	checkReadable(t, []readable{
		{"a column under another name", csv(`"map": {"code": "insee", "nom": {"column": "lib"}}`), "insee;lib;code\n1;a;x\n", []string{"2: 1/a//"}},
		{"a constant", csv(`"map": {"nom": {"const": "x"}, "codes": {"const": ""}}`), "code\n1\n", []string{"2: 1/x//"}},
		{"a template", csv(`"map": {"code": {"template": "fs_{id}-{n}!"}, "nom": {"template": "{{"}}`), "id;n\n1;2\n1;\n", []string{"2: fs_1-2!/{{//", "3: fs_1-!/{{//"}},
		{"a template without any of its columns is empty", csv(`"map": {"code": {"template": "fs_{id}"}}`), "id;n\n;2\n", []string{"2: ///"}},
		{"terms, other words pass", csv(`"map": {"nom": {"column": "nom", "terms": {"oui": "O", "": "?"}}}`), "code;nom\n1;oui\n2;\n3;non\n",
			[]string{"2: 1/O//", "3: 2/?//", "4: 3/non//"}},
		{"terms of a list's items", csv(`"map": {"codes": {"column": "c", "terms": {"a": "A", "b|a": "BA"}}}`), "code;c\n1;a|b|a\n2;b|a\n",
			[]string{"2: 1///A|b|A", "3: 2///BA"}},
		{"quarters", csv(`"map": {"nom": {"column": "q", "as": "quarter"}}`),
			"code;q\n1;2026-06-30\n2;2026 T2\n3;2026T2\n4;2026_T2\n5;2025-12-31\n6;2025-01-01\n7;2026T5\n8;juin 2026\n9;\n",
			[]string{"2: 1/2026T2//", "3: 2/2026T2//", "4: 3/2026T2//", "5: 4/2026T2//", "6: 5/2025T4//", "7: 6/2025T1//", "8: 7/2026T5//", "9: 8/juin 2026//", "10: 9///"}},
		{"quarters as headers write them", csv(`"map": {"nom": {"column": "q", "as": "quarter"}}`),
			"code;q\n1;T3 2017\n2;T3_2017\n3;T32017\n4; T3\u00a02017 \n5;T5 2017\n", []string{"2: 1/2017T3//", "3: 2/2017T3//", "4: 3/2017T3//", "5: 4/2017T3//", "6: 5/T5 2017//"}},
		{"the first case that holds", csv(`"map": {"nom": {"case": [
				{"when": {"column": "a", "is": "present"}, "then": "A"}, {"when": {"column": "b", "in": ["1", "2"]}, "then": "B"},
				{"when": {"column": "n", "above": "m"}, "then": "C"}, {"then": "D"}]}}`),
			"code;a;b;n;m\n1;x;1;;\n2;;2;;\n3;;3;10;9\n4;;;9;10\n5;;;;9\n", []string{"2: 1/A//", "3: 2/B//", "4: 3/C//", "5: 4/D//", "6: 5/D//"}},
		{"no case that holds, of a column that is absent", csv(`"map": {"nom": {"case": [{"when": {"column": "z", "is": "present"}, "then": "A"}]}}`),
			"code\n1\n", []string{"2: 1///"}},
		{"a pointer into a cell's JSON", csv(`"map": {"nom": {"column": "j", "pointer": "/0/valeur"}, "codes": {"column": "j", "pointer": "/0/l"}}`),
			"code;j\n1;\"[{\"\"valeur\"\":\"\"x\"\",\"\"l\"\":[\"\"a\"\",2]}]\"\n2;\n3;[]\n4;\"{\"\"0\"\":{\"\"valeur\"\":1.0}}\"\n",
			[]string{"2: 1/x//a|2", "3: 2///", "4: 3///", "5: 4/1.0//"}},
		{"a pointer to a member of every item", csv(`"map": {"nom": {"column": "j", "pointer": "/*/z"}, "codes": {"column": "j", "pointer": "/m/*/c"}}`),
			"code;j\n1;\"{\"\"m\"\":[{\"\"c\"\":\"\"01\"\"},{\"\"d\"\":1},{\"\"c\"\":\"\"02\"\"}],\"\"*\"\":{\"\"z\"\":\"\"a star\"\"}}\"\n", []string{"2: 1/a star//01|02"}},
		{"a pointer into what is no JSON", csv(`"map": {"nom": {"column": "j", "pointer": "/0"}}`), "code;j\n1;[x\n",
			[]string{"2: 1/// [3:2 nom pointer warning nom : la cellule n'est pas du JSON ; elle n'est pas reprise]"}},
		{"all of where must hold", csv(`"where": [{"column": "type", "in": ["all"]}, {"column": "fin", "is": "empty"}, {"column": "nom", "is": "present"}]`),
			"code;type;nom\n1;all;a\n2;pro;a\n3;all;\n", []string{"2: 1/a//"}},
		{"where above compares numbers", csv(`"where": [{"column": "population", "above": "n"}]`),
			"code;population;n\n1;10;9\n2;9;10\n3;;\n", []string{"2: 1//10/"}},
		{"unpivot makes rows of columns", csv(`"unpivot": [{"column": "t1", "set": {"quand": "2026T1"}}, {"column": "t2", "set": {"quand": "2026T2", "nom": "n"}},
				{"column": "t3", "set": {}}], "map": {"population": "_value", "codes": "quand"}`),
			"code;t1;t2\n1;10;20\n2;;30\n3;;\n", []string{"2: 1//10/2026T1", "2: 1/n/20/2026T2", "3: 2/n/30/2026T2"}},
		{"unpivot makes rows of the columns that match, in the header's order", csv(`"unpivot": [{"match": "T[1-4][ _]\\d{4}", "set": {"codes": "x"}}],
				"map": {"nom": {"column": "_column", "as": "quarter"}, "population": "_value", "codes": "codes"}`),
			"T4 2017;code;T3_2017;T5 2017;aT1 2018\n1;c;2;3;4\n5;d;;6;7\n", []string{"2: c/2017T4/1/x", "2: c/2017T3/2/x", "3: d/2017T4/5/x"}},
		{"unpivot by column knows the column's name", csv(`"unpivot": [{"column": "t1", "set": {"nom": "a"}}, {"match": "t[23]"}, {"column": "t4"}], "map": {"codes": "_column", "population": "_value"}`),
			"code;t4;t3;t2;t1\n1;4;3;2;1\n", []string{"2: 1/a/1/t1", "2: 1//3/t3", "2: 1//2/t2", "2: 1//4/t4"}},
		{"the year of a date or a quarter", csv(`"map": {"nom": {"column": "quand", "as": "year"}}`),
			"code;quand\n1;2026-06-30\n2;T1 2018\n3;hier\n4;\n", []string{"2: 1/2026//", "3: 2/2018//", "4: 3/hier//", "5: 4///"}},
		{"the quarter that the file is of", csv(`"vintage": "2026T2", "map": {"nom": "_vintage", "codes": {"column": "_vintage", "as": "year"}}`),
			"code\n1\n", []string{"2: 1/2026T2//2026"}},
		{"a ragged row is not unpivoted", csv(`"unpivot": [{"column": "t1", "set": {"nom": "x"}}, {"column": "t2", "set": {"nom": "y"}}], "map": {"population": "_value"}`),
			"code;t1;t2\n1;10;20\n2;30\n", []string{"2: 1/x/10/", "2: 1/y/20/", "3: 2/// [3:3  columns error la ligne a 2 champs, l'en-tête en a 3]"}},
	})
}

func TestMappingOfJSON(t *testing.T) {
	checkReadable(t, []readable{
		{"a pointer into JSON, or into JSON held in a text", `{"format": "json", "map": {"nom": {"column": "j", "pointer": "/1"}, "codes": "j"}}`,
			`[{"code":1,"j":["a","b/c"]},{"code":2,"j":"[\"a\",\"d\"]"},{"code":3,"j":["a",{"x":1}]}]`,
			[]string{"1: 1/b/c//a|b/c", `2: 2/d//["a","d"]`, `3: 3/{"x":1}//["a",{"x":1}]`}},
		{"a pointer to the item that has a member", `{"format": "json", "map": {"nom": {"column": "j", "pointer": "/t!=P/v"}, "codes": {"column": "j", "pointer": "/t=P/v"}}}`,
			`[{"code":1,"j":[{"t":"P","v":1},{"t":"A","v":2},{"v":3}]},{"code":2,"j":[{"v":3}]},{"code":3,"j":["t"]},{"code":4,"j":[{"t":"P"}]}]`,
			[]string{"1: 1/2//1", "2: 2/3//", "3: 3///", "4: 4///"}},
		{"a case by the form of a text", `{"format": "json", "map": {"nom": {"case": [{"when": {"column": "j", "match": "(?i)a.c"}, "then": "x"}, {"then": "y"}]}}}`,
			`[{"code":1,"j":"ABC"},{"code":2,"j":"abcd"},{"code":3}]`, []string{"1: 1/x//", "2: 2/y//", "3: 3/y//"}},
		{"unpivot of members", `{"format": "json", "unpivot": [{"column": "a", "set": {"nom": "A"}}, {"column": "b", "set": {"nom": "B"}}], "map": {"population": "_value"}}`,
			`[{"code":1,"a":5,"b":6},{"code":2,"b":null}]`, []string{"1: 1/A/5/", "1: 1/B/6/"}},
	})
}

// The mechanisms of global attention by family, for the table in global_attention.cpp.
#pragma once
